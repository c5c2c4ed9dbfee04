import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

import { answer, event, FAMILIES, inTurn, stream, type Content } from "../../support/wire.ts";
import { modelsBinding, startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const CLAUDE = "anthropic/claude-sonnet-5";
const bindings = { MODELS: modelsBinding("@cf/old/model", CLAUDE, "openai/gpt-5.6") };
const ASK = {
  model: "@cf/old/model",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "Hi" }],
};
const CALLS = {
  calls: [
    { name: "look", arguments: { city: "Rome" } },
    { name: "look", arguments: { city: "Oslo" } },
  ],
} satisfies Content;
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5",
  content: [
    { type: "thinking", thinking: "Hm", signature: "c2ln" },
    { type: "text", text: "Yes" },
  ],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
};

test.each(FAMILIES)("it gets a message of the %s family", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: "Good day" }) });

  const message = await client(worker).messages.create({ ...ASK, system: "Be polite" });

  expect(message).toMatchObject({
    content: [{ type: "text", text: "Good day" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 2 },
  });
  expect(worker.calls[0]?.body.inputs).toMatchObject({
    messages: [{ role: "system", content: "Be polite" }, ASK.messages[0]],
    max_tokens: 100,
  });
});

test.each(FAMILIES)("it gathers a stream of the %s family, with its counts", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, { text: "Good day to you" }) });

  const runner = client(worker).messages.stream(ASK);
  const texts: string[] = [];
  runner.on("text", (text) => texts.push(text));

  expect(await runner.finalMessage()).toMatchObject({
    content: [{ type: "text", text: "Good day to you" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 2 },
  });
  expect(texts).toEqual(["Good ", "day ", "to ", "you"]);
});

test.each(FAMILIES)("three turns with streamed parallel calls of the %s family", async (family) => {
  const says: Content[] = [{ text: "What for?" }, CALLS, { text: "31 and 5" }];
  const worker = await startWorker({
    bindings: { MAX_BODY_BYTES: "20000" },
    reply: () => stream(family, says.shift() ?? {}),
  });
  const anthropic = client(worker);
  const tools = [{ name: "look", input_schema: { type: "object" as const } }];
  const messages: Anthropic.MessageParam[] = [...ASK.messages];
  const next = async (content?: Anthropic.MessageParam["content"]) => {
    if (content !== undefined) messages.push({ role: "user", content });
    const message = await anthropic.messages.stream({ ...ASK, tools, messages }).finalMessage();
    messages.push({ role: "assistant", content: message.content });
    return message;
  };

  await next();
  const called = await next("The weather");
  const uses = called.content.filter((block) => block.type === "tool_use");
  const last = await next(
    uses.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "31 °C" })),
  );

  expect(called.stop_reason).toBe("tool_use");
  expect(uses.map(({ input }) => input)).toEqual([{ city: "Rome" }, { city: "Oslo" }]);
  expect(last.content).toMatchObject([{ type: "text", text: "31 and 5" }]);
  expect(worker.calls[2]?.body.inputs).toMatchObject({
    messages: [
      { role: "user" },
      { role: "assistant", content: "What for?" },
      { role: "user", content: "The weather" },
      { role: "assistant", tool_calls: uses.map(({ id }) => ({ id })) },
      { role: "tool", tool_call_id: uses[0]?.id, content: "31 °C" },
      { role: "tool", tool_call_id: uses[1]?.id, content: "31 °C" },
    ],
  });
});

test("a model of the same form gets the request, and its answer comes, as they are", async () => {
  const worker = await startWorker({ bindings, reply: () => ({ body: MESSAGE }) });
  const cache_control = { type: "ephemeral" as const };
  const messages: Anthropic.MessageParam[] = [
    { role: "user", content: [{ type: "text", text: "Hi", cache_control }] },
    { role: "assistant", content: [{ type: "thinking", thinking: "Hm", signature: "c2ln" }] },
  ];
  const thinking = { type: "adaptive" as const };

  const asked = { ...ASK, model: CLAUDE, messages, thinking };
  const message = await client(worker).messages.create(asked);

  expect(message).toMatchObject(MESSAGE);
  expect(worker.calls[0]?.body.inputs).toEqual({ max_tokens: 100, messages, thinking });
});

test("a stream of the same form passes event by event", async () => {
  const events = [
    { type: "message_start", message: { ...MESSAGE, content: [], stop_reason: null } },
    { type: "ping" },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Yes" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 9 } },
    { type: "message_stop" },
  ];
  const pieces = () => inTurn(events.map((each) => `event: ${each.type}\n${event(each)}`));
  const worker = await startWorker({ bindings, reply: () => ({ pieces: pieces() }) });

  const runner = client(worker).messages.stream({ ...ASK, model: CLAUDE });

  expect(await runner.finalMessage()).toMatchObject({
    content: [{ type: "text", text: "Yes" }],
    usage: { input_tokens: 3, output_tokens: 9 },
  });
});

test("a model of this form answers a caller of OpenAI's chat", async () => {
  const worker = await startWorker({ bindings, reply: () => ({ body: MESSAGE }) });
  const body = JSON.stringify({ model: CLAUDE, messages: ASK.messages });

  const response = await worker.ask("/v1/chat/completions", { method: "POST", body });

  expect(await response.json()).toMatchObject({
    choices: [{ message: { content: "Yes", reasoning_content: "Hm" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  });
  expect(worker.calls[0]?.body.inputs).toEqual({
    max_tokens: 8_192,
    messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  });
});

test("a stream that breaks off is raised", async () => {
  const pieces = inTurn([event({ response: "Good" })]);
  const worker = await startWorker({ reply: () => ({ pieces }) });

  await expect(client(worker).messages.stream(ASK).finalMessage()).rejects.toMatchObject({
    type: "api_error",
    errorCode: "upstream_cut",
  });
});

test("errors have Anthropic's form: of the gate, of the request, of the model", async () => {
  const worker = await startWorker({
    reply: () => ({ status: 429, body: { errors: [{ code: 3040 }] } }),
  });
  const stranger = new Anthropic({ baseURL: worker.url.href, apiKey: "wrong", maxRetries: 0 });
  const stop = { role: "user" as const, content: [{ type: "hologram" }] };

  await expect(stranger.messages.create(ASK)).rejects.toMatchObject({
    status: 401,
    type: "authentication_error",
    requestID: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  await expect(
    // @ts-expect-error -- no such block exists
    client(worker).messages.create({ ...ASK, messages: [stop] }),
  ).rejects.toMatchObject({ status: 400, type: "invalid_request_error" });
  await expect(client(worker).messages.create(ASK)).rejects.toMatchObject({
    status: 429,
    type: "rate_limit_error",
  });
});

test("tokens are not counted, and the answer says why", async () => {
  const worker = await startWorker();

  await expect(client(worker).messages.countTokens(ASK)).rejects.toMatchObject({
    status: 404,
    type: "not_found_error",
    apiMessage: expect.stringContaining("tokens cannot be counted here"),
  });
  expect(worker.calls).toEqual([]);
});

function client(worker: RunningWorker): Anthropic {
  return new Anthropic({
    baseURL: worker.url.href,
    // It comes as x-api-key.
    apiKey: TOKEN,
    maxRetries: 0,
    logLevel: "off",
  });
}

test("it lists the stack's models, and retrieves each of them", async () => {
  const worker = await startWorker();
  const { models } = client(worker);

  const listed = await Array.fromAsync(models.list());
  const found = await models.retrieve("@cf/old/model");

  expect(listed.map(({ id, type }) => ({ id, type }))).toEqual([
    { id: "@cf/old/model", type: "model" },
    { id: "@cf/new/model", type: "model" },
  ]);
  expect(found.display_name).toBe("@cf/old/model");
});
