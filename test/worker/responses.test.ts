import { APIError } from "openai";
import { expect, test } from "vitest";

import { eventsOf, finalResponse } from "../support/responses.ts";
import { answer, event, inTurn, stream } from "../support/wire.ts";
import { errorOf, modelsBinding, startWorker, type WorkerScene } from "../support/workerd.ts";

const OWN = "openai/gpt-5.6-terra";
const CHAT = "google/gemini-x";
const OLDER = "@cf/old/model";
const MODELS = modelsBinding(OWN, CHAT, OLDER);

test("a model of the format gets the request's own fields, and answers as it does", async () => {
  const { calls, ask } = await start({
    reply: () => answer("responses", { text: "Hello.", thought: "gAAAA" }),
  });
  const tools = [{ type: "namespace", name: "agents", description: "Agents.", tools: [] }];
  const response = await ask({ model: OWN, tools, reasoning: { summary: "auto" }, gateway: "x" });

  expect(await response.json()).toMatchObject({ id: "resp_1", status: "completed" });
  expect(response.headers.get("x-ignored-fields")).toBe("gateway");
  expect(calls[0]?.body.inputs).toEqual({
    input: "Hi",
    tools,
    reasoning: { summary: "auto" },
    store: false,
    include: ["reasoning.encrypted_content"],
  });
});

test("a stream of a model of the format passes event by event", async () => {
  const { ask } = await start({
    reply: () => stream("responses", { text: "Hello you.", thought: "gAAAA" }),
  });
  const text = await (await ask({ model: OWN, stream: true })).text();

  expect((await finalResponse(text)).output_text).toBe("Hello you.");
  expect(eventsOf(text)[0]).toMatchObject({ response: { id: "resp_1" } });
});

test.each([CHAT, OLDER])("a whole answer of %s has the format's form", async (model) => {
  const reply = () => answer(model === CHAT ? "newer" : "older", { text: "Hello." });
  const { calls, ask } = await start({ reply });
  const response = await ask({ model, instructions: "Be brief.", max_output_tokens: 50 });

  expect(await response.json()).toMatchObject({
    id: `resp_${response.headers.get("x-event-id")}`,
    object: "response",
    status: "completed",
    model,
    output: [{ type: "message", content: [{ type: "output_text", text: "Hello." }] }],
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  });
  expect(calls[0]?.body.inputs).toMatchObject({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
    ],
  });
});

test.each([CHAT, OLDER])("a stream of %s is put together by OpenAI's SDK", async (model) => {
  const calls = [
    { name: "look", arguments: { at: 1 } },
    { name: "look", arguments: { at: 2 } },
  ];
  const reply = () => stream(model === CHAT ? "newer" : "older", { text: "One moment.", calls });
  const { ask } = await start({ reply });
  const tools = [{ type: "function", name: "look", parameters: { type: "object" } }];
  const response = await finalResponse(await (await ask({ model, stream: true, tools })).text());

  expect(response.output_text).toBe("One moment.");
  expect(response.output.slice(1)).toMatchObject([
    { type: "function_call", name: "look", arguments: '{"at":1}' },
    { type: "function_call", name: "look", arguments: '{"at":2}' },
  ]);
  expect(response.usage).toMatchObject({ total_tokens: 5 });
});

test("a chat is answered by a model of the format", async () => {
  const { worker } = await start({
    reply: () => stream("responses", { text: "Hello you.", thought: "gAAAA" }),
  });
  const response = await worker.ask("/v1/chat/completions", {
    method: "POST",
    body: JSON.stringify({
      model: OWN,
      messages: [{ role: "user", content: "Hi" }],
      max_tokens: 50,
      stream: true,
    }),
  });
  const text = await response.text();

  expect(text.match(/"content":"[^"]+"/g)).toEqual(['"content":"Hello "', '"content":"you."']);
  expect(text).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
  expect(worker.calls[0]?.body.inputs).toMatchObject({
    input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }],
    max_output_tokens: 50,
    stream: true,
    store: false,
  });
});

test("where a model of the format is busy, a fallback of another answers without its proofs", async () => {
  const replies = [{ status: 429, body: {} }, answer("older", { text: "Hello." })];
  const { calls, ask } = await start({
    bindings: { MODELS, FALLBACKS: JSON.stringify([OLDER]) },
    reply: () => replies.shift() ?? {},
  });
  const reasoning = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" };
  const response = await ask({ model: OWN, input: [{ role: "user", content: "Hi" }, reasoning] });

  expect(await response.json()).toMatchObject({ model: OLDER, status: "completed" });
  expect(JSON.stringify(calls[1]?.body.inputs)).not.toContain("gAAAA");
});

test("a request that cannot be served is refused in OpenAI's form, and calls no model", async () => {
  const { calls, ask } = await start({});
  const response = await ask({ model: OWN, tools: [{ type: "web_search" }] });

  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({
    type: "invalid_request_error",
    code: "unsupported_parameter",
    param: "tools.0",
  });
  expect(calls).toEqual([]);
});

test("a tool of the format's own is refused for a model of another", async () => {
  const { calls, ask } = await start({});
  const response = await ask({ model: OLDER, tools: [{ type: "local_shell" }] });

  expect(await errorOf(response)).toMatchObject({ param: "tools.0" });
  expect(calls).toEqual([]);
});

const CREATED = { type: "response.created", response: { status: "in_progress", output: [] } };
const FAILED = {
  type: "response.failed",
  response: { status: "failed", error: { code: "server_error", message: "no" } },
};
const PLACE = { item_id: "msg_1", output_index: 0, content_index: 0 };
const ADDED = {
  type: "response.output_item.added",
  output_index: 0,
  item: { type: "message", id: "msg_1", role: "assistant", content: [] },
};
const PART = {
  type: "response.content_part.added",
  ...PLACE,
  part: { type: "output_text", text: "", annotations: [] },
};
const DELTA = { type: "response.output_text.delta", ...PLACE, delta: "Hel", logprobs: [] };

test.each([
  ["an error", OWN, [CREATED, { type: "error", error: { code: "server_error", message: "no" } }]],
  ["a failed answer", OWN, [CREATED, FAILED]],
  ["a connection that ends early", OWN, [CREATED, ADDED, PART, DELTA]],
  ["a chat that ends early", CHAT, [{ choices: [{ index: 0, delta: { content: "Hel" } }] }]],
])("%s within a stream is raised by OpenAI's SDK", async (_, model, events) => {
  const { ask } = await start({ reply: () => ({ pieces: inTurn(events.map(event)) }) });
  const text = await (await ask({ model, stream: true })).text();

  await expect(finalResponse(text)).rejects.toThrow(APIError);
  expect(text).not.toContain("response.completed");
});

async function start(scene: WorkerScene) {
  const worker = await startWorker({ bindings: { MODELS }, ...scene });
  const headers = { authorization: "Bearer token-of-web" };
  const ask = (fields: object) =>
    worker.ask("/v1/responses", {
      method: "POST",
      headers,
      body: JSON.stringify({ input: "Hi", ...fields }),
    });
  return { worker, calls: worker.calls, ask };
}
