/** The older form of completions, as OpenAI's own SDK speaks it. */
import OpenAI from "openai";
import { expect, test } from "vitest";

import { answer, event, FAMILIES, inTurn, stream, USAGE } from "../../support/wire.ts";
import { errorOf, startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const ASK = { model: "@cf/old/model", prompt: "Ships" };
const ID = expect.stringMatching(/^cmpl-[0-9a-f-]{36}$/);

test.each(FAMILIES)("a model of the %s family continues a text", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: "sail" }) });

  const completion = await client(worker).completions.create({
    ...ASK,
    max_tokens: 5,
    temperature: 0.5,
    stop: ".",
  });

  expect(completion).toEqual({
    id: ID,
    object: "text_completion",
    created: expect.any(Number),
    model: "@cf/old/model",
    choices: [{ index: 0, text: "sail", logprobs: null, finish_reason: "stop" }],
    usage: USAGE,
  });
  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [{ role: "user", content: "Ships" }],
    max_tokens: 5,
    temperature: 0.5,
    stop: ["."],
  });
});

test.each(FAMILIES)("it streams a text of the %s family, with usage if asked", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, { text: "sail the sea" }) });

  const chunks = await Array.fromAsync(
    await client(worker).completions.create({
      ...ASK,
      prompt: ["Ships"],
      stream: true,
      stream_options: { include_usage: true },
    }),
  );

  expect(chunks.flatMap(({ choices }) => choices.map(({ text }) => text))).toEqual([
    "sail ",
    "the ",
    "sea",
    "",
  ]);
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.at(-1)).toMatchObject({ id: ID, choices: [], usage: USAGE });
});

test("a stream without usage asked for ends in [DONE]", async () => {
  const worker = await startWorker({ reply: () => stream("newer", { text: "sail" }) });
  const body = JSON.stringify({ ...ASK, stream: true });

  const text = await (await worker.ask("/v1/completions", { method: "POST", body })).text();

  expect(text).not.toContain("usage");
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
});

test("a stream that breaks off is raised", async () => {
  const pieces = inTurn([event({ response: "sail" })]);
  const worker = await startWorker({ reply: () => ({ pieces }) });

  const chunks = await client(worker).completions.create({ ...ASK, stream: true });

  await expect(Array.fromAsync(chunks)).rejects.toMatchObject({ code: "upstream_cut" });
});

test.each([
  [{ n: 2 }, "n is not supported"],
  [{ best_of: 2 }, "best_of is not supported"],
  [{ echo: true }, "echo is not supported"],
  [{ logprobs: 1 }, "logprobs is not supported"],
  [{ logit_bias: { 1: 2 } }, "logit_bias is not supported"],
  [{ suffix: "." }, "suffix is not supported"],
  [{ prompt: ["Ships", "Ports"] }, "prompt.1: expected one text; send a request for each"],
  [{ prompt: [[1, 2]] }, "prompt: expected one text; models of chats take no tokens"],
  [{ prompt: 7 }, "prompt: expected one text; models of chats take no tokens"],
])("%j is refused by its name", async (changes, message) => {
  const worker = await startWorker();
  const body = JSON.stringify({ ...ASK, ...changes });

  const response = await worker.ask("/v1/completions", { method: "POST", body });

  expect(response.status).toBe(400);
  expect((await errorOf(response))["message"]).toContain(message);
  expect(worker.calls).toEqual([]);
});

test("defaults that change nothing are served, and what is not known is named", async () => {
  const worker = await startWorker();
  const usual = { n: 1, best_of: 1, echo: false, logprobs: null, suffix: null, logit_bias: {} };
  const body = JSON.stringify({ ...ASK, ...usual, user: "me" });

  const response = await worker.ask("/v1/completions", { method: "POST", body });

  expect(response.status).toBe(200);
  expect(response.headers.get("x-ignored-fields")).toBe("user");
});

function client(worker: RunningWorker): OpenAI {
  return new OpenAI({
    baseURL: new URL("/v1", worker.url).href,
    apiKey: TOKEN,
    maxRetries: 0,
  });
}
