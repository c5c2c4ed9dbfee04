import OpenAI from "openai";
import { expect, test } from "vitest";

import { answer, FAMILIES, stream, type Content } from "../../support/wire.ts";
import { startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const CITIES = {
  calls: [
    { name: "look", arguments: { city: "Rome" } },
    { name: "look", arguments: { city: "Oslo" } },
  ],
} satisfies Content;
const TOOL = {
  type: "function" as const,
  function: {
    name: "look",
    description: "the weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
} satisfies OpenAI.ChatCompletionFunctionTool;
const CHAT = {
  model: "@cf/old/model",
  messages: [{ role: "user", content: "Where is it warm?" }],
  tools: [TOOL],
} satisfies OpenAI.ChatCompletionCreateParamsNonStreaming;

test.each(FAMILIES)("calls and their results go round with the %s family", async (family) => {
  const says: Content[] = [CITIES, { text: "In Rome" }];
  const worker = await startWorker({ reply: () => answer(family, says.shift() ?? {}) });
  const openai = client(worker);

  const first = await openai.chat.completions.create(CHAT);
  const message = first.choices[0]?.message;
  const calls = message?.tool_calls ?? [];
  const results = calls.map(({ id }) => ({
    role: "tool" as const,
    tool_call_id: id,
    content: "31 °C",
  }));
  const second = await openai.chat.completions.create({
    ...CHAT,
    messages: [...CHAT.messages, ...(message ? [message] : []), ...results],
  });

  expect(first.choices[0]?.finish_reason).toBe("tool_calls");
  expect(calls.map((call) => "function" in call && call.function)).toEqual([
    { name: "look", arguments: '{"city":"Rome"}' },
    { name: "look", arguments: '{"city":"Oslo"}' },
  ]);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  expect(second.choices[0]?.message.content).toBe("In Rome");
  // Workers AI's models refuse a content of null.
  expect(worker.calls[1]?.body.inputs).toEqual({
    messages: [
      { role: "user", content: "Where is it warm?" },
      {
        role: "assistant",
        content: "",
        tool_calls: calls.map(({ id }, index) => ({
          id,
          type: "function",
          function: {
            name: "look",
            arguments: index === 0 ? '{"city":"Rome"}' : '{"city":"Oslo"}',
          },
        })),
      },
      { role: "tool", tool_call_id: calls[0]?.id, content: "31 °C" },
      { role: "tool", tool_call_id: calls[1]?.id, content: "31 °C" },
    ],
    tools: [TOOL],
  });
});

test.each(FAMILIES)("its stream helper assembles the %s family's calls", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, CITIES) });

  const completion = await client(worker).chat.completions.stream(CHAT).finalChatCompletion();

  const calls = completion.choices[0]?.message.tool_calls ?? [];
  expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
  expect(calls.map((call) => "function" in call && call.function)).toMatchObject([
    { name: "look", arguments: '{"city":"Rome"}' },
    { name: "look", arguments: '{"city":"Oslo"}' },
  ]);
  expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
});

test.each(FAMILIES)("its runner runs the %s family's tools until the answer", async (family) => {
  const says: Content[] = [CITIES, { text: "In Rome" }];
  const worker = await startWorker({ reply: () => stream(family, says.shift() ?? {}) });
  const asked: unknown[] = [];
  const look = { ...TOOL.function, function: run, parse: JSON.parse };
  function run(given: object) {
    asked.push(given);
    return "31 °C";
  }

  const runner = client(worker).chat.completions.runTools({
    ...CHAT,
    stream: true,
    tools: [{ type: "function", function: look }],
  });

  expect(await runner.finalContent()).toBe("In Rome");
  expect(asked).toEqual([{ city: "Rome" }, { city: "Oslo" }]);
});

function client(worker: RunningWorker): OpenAI {
  return new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN, maxRetries: 0 });
}
