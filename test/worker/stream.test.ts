import OpenAI from "openai";
import { expect, test } from "vitest";

import { answer, breaking, endless, event, inTurn } from "../support/wire.ts";
import { chatBody, errorOf, startWorker, TOKEN, type Reply } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

const OLDER = [
  event({ response: "Hel", p: "abc" }),
  event({ response: "lo" }),
  event({ response: "", usage: USAGE }),
  event("[DONE]"),
];

function streamWorker(pieces: readonly (string | Uint8Array)[], headers: Reply["headers"] = {}) {
  return startWorker({ reply: () => ({ headers, pieces: inTurn(pieces) }) });
}

/** The chunks of a streamed chat, parsed; `[DONE]` as text. */
async function chunksOf(response: Response): Promise<unknown[]> {
  const events = (await response.text()).split("\n\n").filter((text) => text !== "");
  return events.map((text) => {
    const data = text.replace(/^data: /, "");
    return data === "[DONE]" ? data : JSON.parse(data);
  });
}

test("OpenAI's own SDK streams an older model, with usage where it asks for it", async () => {
  const worker = await streamWorker(OLDER, { "cf-aig-log-id": "log-1" });
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const { data: stream, response } = await client.chat.completions
    .create({
      model: "@cf/old/model",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      stream_options: { include_usage: true },
    })
    .withResponse();
  const chunks = await Array.fromAsync(stream);

  expect(response.headers.get("x-log-id")).toBe("log-1");
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Hello");
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: USAGE });
  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  });
});

test("a stream has OpenAI's form, and no usage that nobody asked for", async () => {
  const worker = await streamWorker(OLDER);

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });
  const chunks = await chunksOf(response);

  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(chunks).toEqual([
    chunk(response, { role: "assistant", content: "" }),
    chunk(response, { content: "Hel" }),
    chunk(response, { content: "lo" }),
    chunk(response, {}, "stop"),
    "[DONE]",
  ]);
});

test("a newer model's tool calls and finish reason pass as they are", async () => {
  const call = { index: 0, id: "c1", type: "function", function: { name: "look", arguments: "" } };
  const input = { index: 0, function: { arguments: "{" } };
  const worker = await streamWorker([
    event({ choices: [{ index: 0, delta: { role: "assistant", tool_calls: [call] } }] }),
    event({ choices: [{ index: 0, delta: { tool_calls: [input] } }] }),
    event({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }),
    event({ choices: [], usage: USAGE }),
    event("[DONE]"),
  ]);
  const body = chatBody({ stream: true, stream_options: { include_usage: true } });

  const chunks = await chunksOf(await worker.ask(CHAT, { method: "POST", body }));

  expect(chunks).toMatchObject([
    { choices: [{ delta: { role: "assistant" } }] },
    { choices: [{ delta: { tool_calls: [call] } }] },
    { choices: [{ delta: { tool_calls: [input] } }] },
    { choices: [{ finish_reason: "tool_calls" }] },
    { choices: [], usage: USAGE },
    "[DONE]",
  ]);
});

test("a newer model that says no more than [DONE] after a tool call has called a tool", async () => {
  const call = {
    index: 0,
    id: "c1",
    type: "function",
    function: { name: "look", arguments: "{}" },
  };
  const worker = await streamWorker([
    event({ choices: [{ index: 0, delta: { tool_calls: [call] } }] }),
    event("[DONE]"),
  ]);

  const body = chatBody({ stream: true });
  const chunks = await chunksOf(await worker.ask(CHAT, { method: "POST", body }));

  expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
});

test("an older model's tool calls end the stream as such", async () => {
  const worker = await streamWorker([
    event({ response: null, tool_calls: [{ name: "look", arguments: { at: 1 } }] }),
    event("[DONE]"),
  ]);

  const chunks = await chunksOf(
    await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) }),
  );

  const id = expect.stringMatching(/^call_[0-9a-f]{32}$/);
  const call = { index: 0, id, type: "function" };
  expect(chunks).toMatchObject([
    {},
    {
      choices: [
        { delta: { tool_calls: [{ ...call, function: { name: "look", arguments: "" } }] } },
      ],
    },
    { choices: [{ delta: { tool_calls: [{ index: 0, function: { arguments: '{"at":1}' } }] } }] },
    { choices: [{ finish_reason: "tool_calls" }] },
    "[DONE]",
  ]);
});

// Seen of Workers AI: a text that is a number comes as one, and the reason in an event of its own.
test("an older model's numbers are texts, and its finish reason is kept", async () => {
  const worker = await streamWorker([
    event({ response: 4 }),
    event({ response: 0 }),
    event({ finish_reason: "length" }),
    event("[DONE]"),
  ]);

  const chunks = await chunksOf(
    await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) }),
  );

  expect(chunks).toMatchObject([
    {},
    { choices: [{ delta: { content: "4" } }] },
    { choices: [{ delta: { content: "0" } }] },
    { choices: [{ finish_reason: "length" }] },
    "[DONE]",
  ]);
});

test("an answer cut into bytes, in the middle of an event and of a letter, arrives whole", async () => {
  const bytes = new TextEncoder().encode(
    event({ response: "Grüße 🌍" }).replaceAll("\n", "\r\n") + event("[DONE]"),
  );
  const worker = await streamWorker(Array.from(bytes, (byte) => Uint8Array.of(byte)));

  const chunks = await chunksOf(
    await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) }),
  );

  expect(chunks[1]).toMatchObject({ choices: [{ delta: { content: "Grüße 🌍" } }] });
  expect(chunks.at(-1)).toBe("[DONE]");
});

test.each<[string, NonNullable<Reply["pieces"]>, string]>([
  ["breaks off", inTurn([event({ response: "Hel" })]), "upstream_cut"],
  ["loses its connection", breaking([event({ response: "Hel" })]), "upstream_cut"],
  ["holds no JSON", inTurn([event({ response: "Hel" }), event("<html>")]), "upstream_cut"],
  [
    "tells a known error",
    inTurn([event({ response: "Hel" }), event({ errors: [{ code: 3040, message: "full" }] })]),
    "rate_limit_exceeded",
  ],
])("a stream that %s ends in an error event, and never looks whole", async (_, pieces, code) => {
  const worker = await startWorker({ reply: () => ({ pieces }) });

  const chunks = await chunksOf(
    await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) }),
  );

  expect(chunks).toMatchObject([
    {},
    { choices: [{ delta: { content: "Hel" } }] },
    { error: { code, event_id: expect.any(String), trace_id: expect.any(String) } },
  ]);
});

test("OpenAI's own SDK raises a stream that breaks off", async () => {
  const worker = await streamWorker([event({ response: "Hel" })]);
  const client = new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN });

  const stream = await client.chat.completions.create({
    model: "@cf/old/model",
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  });

  await expect(Array.fromAsync(stream)).rejects.toThrow("the model's answer broke off");
});

test("the first piece arrives before the model has said the second", async () => {
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
  async function* pieces() {
    yield event({ response: "Hel" });
    await heard;
    yield event({ response: "lo" }) + event("[DONE]");
  }
  const worker = await startWorker({ reply: () => ({ pieces: pieces() }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("Hel")) text += (await reader?.read())?.value ?? "";
  hear();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    text += read.value;
  }

  expect(text).toMatch(/Hel.*lo.*\[DONE\]/s);
});

test("a caller that hangs up ends the model's answer too", async () => {
  const { reply, ended } = endless();
  const worker = await startWorker({ reply: () => reply });
  const caller = new AbortController();

  const response = await worker.ask(CHAT, {
    method: "POST",
    body: chatBody({ stream: true }),
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: caller.signal,
  });
  await response.body?.getReader().read();
  caller.abort();

  expect(await ended).toBe("ended");
});

test("a failure before the first piece is an error like any other", async () => {
  const reply = () => ({ status: 429, body: { internalCode: 2003 } });
  const worker = await startWorker({ reply });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });

  expect(response.status).toBe(429);
  expect(await errorOf(response)).toMatchObject({ code: "rate_limit_exceeded" });
});

// Seen of Cloudflare: one JSON, under the content type that was asked for, too.
test.each([{}, { "content-type": "text/event-stream" }])(
  "a whole answer in place of a stream is streamed (%j)",
  async (headers) => {
    const reply = () => ({ ...answer("newer", { text: "Good day" }), headers });
    const worker = await startWorker({ reply });

    const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });

    expect(await chunksOf(response)).toEqual([
      chunk(response, { role: "assistant", content: "" }),
      chunk(response, { content: "Good day" }),
      chunk(response, {}, "stop"),
      "[DONE]",
    ]);
  },
);

test("a page in place of a stream is a 502", async () => {
  const worker = await startWorker({ reply: () => ({ body: "<p>One moment</p>" }) });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ stream: true }) });

  expect(response.status).toBe(502);
  expect(await errorOf(response)).toMatchObject({ code: "bad_model_output" });
});

function chunk(response: Response, delta: object, finishReason: string | null = null): object {
  return {
    id: `chatcmpl-${response.headers.get("x-event-id")}`,
    object: "chat.completion.chunk",
    created: expect.any(Number),
    model: "@cf/old/model",
    choices: [{ index: 0, delta, finish_reason: finishReason, logprobs: null }],
  };
}
