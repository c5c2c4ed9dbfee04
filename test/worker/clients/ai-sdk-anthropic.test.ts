/** The AI SDK with its Anthropic provider, as it is by default. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { generateText, isStepCount, Output, streamText, tool, type ModelMessage } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";

import { answer, event, FAMILIES, inTurn, stream, type Content } from "../../support/wire.ts";
import { modelsBinding, startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const MODEL = "@cf/old/model";
const THIRD = "openai/gpt-5";
const bindings = { MODELS: modelsBinding(MODEL, THIRD), MAX_BODY_BYTES: "20000" };
const CALLS = {
  calls: [
    { name: "look", arguments: { city: "Rome" } },
    { name: "look", arguments: { city: "Oslo" } },
  ],
} satisfies Content;

test.each(FAMILIES)("it generates a text with the %s family, and counts tokens", async (family) => {
  const worker = await startWorker({ bindings, reply: () => answer(family, { text: "Good day" }) });

  const { text, usage, finishReason } = await generateText({
    model: provider(worker)(MODEL),
    system: "Be polite",
    prompt: "Hi",
    maxOutputTokens: 5,
  });

  expect([text, finishReason]).toEqual(["Good day", "stop"]);
  expect(usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
});

test.each(FAMILIES)("three turns with streamed tools of the %s family", async (family) => {
  const says: Content[] = [{ text: "What for?" }, CALLS, { text: "31 and 5" }];
  const worker = await startWorker({ bindings, reply: () => stream(family, says.shift() ?? {}) });
  const messages: ModelMessage[] = [{ role: "user", content: "Hi" }];
  const common = { model: provider(worker)(MODEL), maxOutputTokens: 99, tools: { look: look() } };

  const first = streamText({ ...common, messages });
  messages.push(...(await first.response).messages, { role: "user", content: "The weather" });
  const second = streamText({ ...common, messages, stopWhen: isStepCount(3) });

  expect(await second.text).toBe("31 and 5");
  const [step] = await second.steps;
  expect(step?.toolCalls.map(({ input }) => input)).toEqual([{ city: "Rome" }, { city: "Oslo" }]);
  expect(worker.calls[2]?.body.inputs).toMatchObject({
    messages: [
      { role: "user" },
      { role: "assistant", content: "What for?" },
      { role: "user", content: "The weather" },
      { role: "assistant", tool_calls: [{ type: "function" }, { type: "function" }] },
      { role: "tool", content: "31 °C" },
      { role: "tool", content: "31 °C" },
    ],
  });
});

test("an answer that fits a schema comes from a model of another form", async () => {
  const worker = await startWorker({ bindings, reply: () => answer("newer", { text: '{"a":1}' }) });

  const { output } = await generateText({
    model: provider(worker)(THIRD),
    maxOutputTokens: 99,
    output: Output.object({ schema: z.object({ a: z.number() }) }),
    prompt: "Hi",
  });

  expect(output).toEqual({ a: 1 });
});

test("what a model thought goes back to it in its own field", async () => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    event({ choices: [{ index: 0, delta, finish_reason }] });
  const pieces = () =>
    inTurn([chunk({ reasoning_content: "Hm" }), chunk({ content: "Yes" }), chunk({}, "stop")]);
  const worker = await startWorker({ bindings, reply: () => ({ pieces: pieces() }) });
  const model = provider(worker)(THIRD);

  const first = streamText({ model, maxOutputTokens: 99, prompt: "Hi" });
  const { messages } = await first.response;
  const again = [...messages, { role: "user", content: "Why?" } as const];
  await streamText({ model, maxOutputTokens: 99, messages: again }).text;

  expect(await first.reasoningText).toBe("Hm");
  expect(worker.calls[1]?.body.inputs).toMatchObject({
    messages: [{ role: "assistant", content: "Yes", reasoning_content: "Hm" }, { role: "user" }],
  });
});

function provider(worker: RunningWorker) {
  return createAnthropic({ baseURL: new URL("/v1", worker.url).href, authToken: TOKEN });
}

function look() {
  return tool({
    inputSchema: z.object({ city: z.string() }),
    execute: () => "31 °C",
  });
}
