import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, isStepCount, Output, streamText, tool } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";

import { answer, endless, event, FAMILIES, stream, type Content } from "../../support/wire.ts";
import { startWorker, TOKEN, type Reply, type RunningWorker } from "../../support/workerd.ts";

const MODEL = "@cf/old/model";
const Day = z.object({ name: z.string(), day: z.string() });
const CALLS = {
  calls: [
    { name: "look", arguments: { city: "Rome" } },
    { name: "look", arguments: { city: "Oslo" } },
  ],
} satisfies Content;

test.each(FAMILIES)("it generates a text with the %s family, and counts tokens", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: "Good day" }) });

  const { text, usage, finishReason } = await generateText({
    model: provider(worker)(MODEL),
    system: "Be polite",
    prompt: "Hi",
    maxOutputTokens: 5,
  });

  expect([text, finishReason]).toEqual(["Good day", "stop"]);
  expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 2, totalTokens: 5 });
  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [
      { role: "system", content: "Be polite" },
      { role: "user", content: "Hi" },
    ],
    max_tokens: 5,
  });
});

test.each(FAMILIES)("it streams a text of the %s family, with usage", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, { text: "Good day to you" }) });

  const result = streamText({ model: provider(worker)(MODEL), prompt: "Hi" });
  const pieces = await Array.fromAsync(result.textStream);

  expect(pieces).toEqual(["Good ", "day ", "to ", "you"]);
  expect(await result.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
  expect(await result.finishReason).toBe("stop");
});

test.each(FAMILIES)("it runs the %s family's tools until the answer", async (family) => {
  const says: Content[] = [CALLS, { text: "In Rome" }];
  const worker = await startWorker({ reply: () => answer(family, says.shift() ?? {}) });

  const { text, steps } = await generateText({ ...weather(worker), stopWhen: isStepCount(3) });

  expect(text).toBe("In Rome");
  expect(steps[0]?.toolCalls.map(({ input }) => input)).toEqual([
    { city: "Rome" },
    { city: "Oslo" },
  ]);
  expect(worker.calls[1]?.body.inputs).toMatchObject({
    messages: [
      { role: "user" },
      { role: "assistant", content: "", tool_calls: [{ type: "function" }, { type: "function" }] },
      { role: "tool", content: "31 °C" },
      { role: "tool", content: "31 °C" },
    ],
  });
});

test.each(FAMILIES)("it runs the %s family's streamed tools until the answer", async (family) => {
  const says: Content[] = [CALLS, { text: "In Rome" }];
  const worker = await startWorker({ reply: () => stream(family, says.shift() ?? {}) });

  const result = streamText({ ...weather(worker), stopWhen: isStepCount(3) });

  expect(await result.text).toBe("In Rome");
  const [first] = await result.steps;
  expect(first?.toolCalls.map(({ input }) => input)).toEqual([{ city: "Rome" }, { city: "Oslo" }]);
});

test.each(FAMILIES)("it reads structured output of the %s family", async (family) => {
  const text = '{"name":"Fair","day":"Friday"}';
  const worker = await startWorker({ reply: () => answer(family, { text }) });

  const { output } = await generateText({
    model: provider(worker)(MODEL),
    output: Output.object({ schema: Day, name: "event" }),
    prompt: "Which day?",
  });

  expect(output).toEqual({ name: "Fair", day: "Friday" });
  expect(worker.calls[0]?.body.inputs).toMatchObject({
    response_format: {
      type: "json_schema",
      json_schema: { title: "event", type: "object", required: ["name", "day"] },
    },
  });
});

test("it sends an image that a Workers AI model takes", async () => {
  const worker = await startWorker({ reply: () => answer("newer", { text: "a cat" }) });
  const image = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

  await generateText({
    model: provider(worker)(MODEL),
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "file", data: image, mediaType: "image/png" },
        ],
      },
    ],
  });

  expect(worker.calls[0]?.body.inputs).toEqual({
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
        ],
      },
    ],
  });
});

test("it embeds texts", async () => {
  const data = [
    [0.5, -0.25],
    [1, 0],
  ];
  const worker = await startWorker({ reply: () => ({ body: { shape: [2, 2], data } }) });

  const { embeddings } = await embedMany({
    model: provider(worker).embeddingModel(MODEL),
    values: ["one", "two"],
  });

  expect(embeddings).toEqual(data);
});

test.each<[string, Reply, object]>([
  ["busy", { status: 429, body: {} }, { statusCode: 429, isRetryable: true }],
  ["broken", { status: 500, body: {} }, { statusCode: 502, isRetryable: true }],
  [
    "right, and the request wrong",
    { status: 400, body: { errors: [{ code: 5004 }] } },
    { statusCode: 400, isRetryable: false, message: "the model does not accept this request" },
  ],
])("where a model is %s, its error says whether to try again", async (_, reply, expected) => {
  const worker = await startWorker({ reply: () => reply });

  const asked = generateText({ model: provider(worker)(MODEL), prompt: "Hi", maxRetries: 0 });

  const error: unknown = await asked.catch((raised: unknown) => raised);
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject(expected);
});

test("an error within a stream is one of its own, too", async () => {
  async function* pieces() {
    yield event({ response: "Hel" }) + event({ errors: [{ code: 3040 }] });
  }
  const worker = await startWorker({ reply: () => ({ pieces: pieces() }) });
  const errors: unknown[] = [];

  const result = streamText({
    model: provider(worker)(MODEL),
    prompt: "Hi",
    onError: ({ error }) => void errors.push(error),
  });
  const parts = await Array.fromAsync(result.textStream);

  expect(parts).toEqual(["Hel"]);
  expect(errors.map(String).join()).toContain("the model has no capacity right now");
});

test("aborting it ends the model's answer too", async () => {
  const { reply, ended } = endless();
  const worker = await startWorker({ reply: () => reply });
  const caller = new AbortController();

  const result = streamText({
    model: provider(worker)(MODEL),
    prompt: "Hi",
    abortSignal: caller.signal,
  });
  for await (const part of result.fullStream) if (part.type === "text-delta") caller.abort();

  expect(await ended).toBe("ended");
});

function weather(worker: RunningWorker) {
  const look = tool({
    description: "the weather of a city",
    inputSchema: z.object({ city: z.string() }),
    execute: () => "31 °C",
  });
  return { model: provider(worker)(MODEL), prompt: "Where is it warm?", tools: { look } };
}

/** As a user of the Worker sets it up. */
function provider(worker: RunningWorker) {
  return createOpenAICompatible({
    name: "worker",
    baseURL: new URL("/v1", worker.url).href,
    apiKey: TOKEN,
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
}
