import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { expect, test } from "vitest";
import { z } from "zod";

import { answer, endless, FAMILIES, stream, USAGE } from "../../support/wire.ts";
import { startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const MESSAGES = [{ role: "user", content: "Hi" }] as const;
const CHAT = { model: "@cf/old/model", messages: [...MESSAGES] };

test.each(FAMILIES)("it chats with a model of the %s family", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: "Good day" }) });

  const completion = await client(worker).chat.completions.create(CHAT);

  expect(completion.choices[0]?.message.content).toBe("Good day");
  expect(completion.choices[0]?.finish_reason).toBe("stop");
  expect(completion.usage).toEqual(USAGE);
});

test.each(FAMILIES)("its stream helper assembles the %s family's answer", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, { text: "Good day to you" }) });

  const runner = client(worker).chat.completions.stream({
    ...CHAT,
    stream_options: { include_usage: true },
  });
  const completion = await runner.finalChatCompletion();

  expect(completion.choices[0]?.message.content).toBe("Good day to you");
  expect(completion.choices[0]?.finish_reason).toBe("stop");
  expect(completion.usage).toEqual(USAGE);
});

const Event = z.object({ name: z.string(), day: z.string() });
const FORMAT = zodResponseFormat(Event, "event", { description: "a day in a calendar" });
const TEXT = '{"name":"Fair","day":"Friday"}';

test.each(FAMILIES)("its parse helper reads the %s family's structured output", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: TEXT }) });

  const completion = await client(worker).chat.completions.parse({
    ...CHAT,
    response_format: FORMAT,
  });

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

test("its parse helper reads an answer that a model has parsed already", async () => {
  const body = { response: { name: "Fair", day: "Friday" }, usage: USAGE };
  const worker = await startWorker({ reply: () => ({ body }) });

  const completion = await client(worker).chat.completions.parse({
    ...CHAT,
    response_format: FORMAT,
  });

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

test("its stream helper parses structured output", async () => {
  const worker = await startWorker({ reply: () => stream("newer", { text: TEXT }) });

  const runner = client(worker).chat.completions.stream({ ...CHAT, response_format: FORMAT });
  const completion = await runner.finalChatCompletion();

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

// Base64 is what it asks for where nobody says otherwise; it decodes to floats of 32 bits.
test.each([undefined, "float"] as const)("it embeds texts (encoding_format %s)", async (format) => {
  const data = [
    [0.5, -0.25],
    [1, 0],
  ];
  const worker = await startWorker({ reply: () => ({ body: { shape: [2, 2], data } }) });

  const { data: found, usage } = await client(worker).embeddings.create({
    model: "@cf/old/model",
    input: ["one", "two"],
    ...(format && { encoding_format: format }),
  });

  expect(found.map(({ index, embedding }) => [index, embedding])).toEqual([
    [0, [0.5, -0.25]],
    [1, [1, 0]],
  ]);
  expect(usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  expect(worker.calls[0]?.body.inputs).toEqual({ text: ["one", "two"] });
});

test("it lists the stack's models, and retrieves each of them", async () => {
  const worker = await startWorker();
  const { models } = client(worker);

  const { data } = await models.list();
  const found = await Promise.all(data.map(({ id }) => models.retrieve(id)));

  expect(data.map(({ id }) => id)).toEqual(["@cf/old/model", "@cf/new/model"]);
  expect(found).toEqual(data);
  // As OpenAI's SDK for Python sends it: with its slashes.
  const plain = await worker.ask("/v1/models/@cf/old/model");
  expect(await plain.json()).toMatchObject({ id: "@cf/old/model", owned_by: "old" });
});

test("a model that the stack does not serve is its NotFoundError", async () => {
  const worker = await startWorker();

  const error: unknown = await client(worker)
    .models.retrieve("openai/gpt-5")
    .catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(OpenAI.NotFoundError);
  expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
});

test("aborting its stream ends the model's answer too", async () => {
  const { reply, ended } = endless();
  const worker = await startWorker({ reply: () => reply });

  const chunks = await client(worker).chat.completions.create({ ...CHAT, stream: true });
  let heard = "";
  for await (const { choices } of chunks) {
    heard += choices[0]?.delta.content ?? "";
    if (heard.length > 10) chunks.controller.abort();
  }

  expect(await ended).toBe("ended");
});

function client(worker: RunningWorker): OpenAI {
  return new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN, maxRetries: 0 });
}
