/** Whether the official SDKs put the model's streams together into its whole answers. */
import { expect, test } from "vitest";

import { serveModel } from "../../support/local-model.ts";

const SCHEMA = {
  type: "object" as const,
  properties: { port: { type: "string" }, hours: { type: "integer", minimum: 6 } },
  required: ["port", "hours"],
};
const CALLED = JSON.stringify({ port: "text", hours: 6 });

test.each(["Hello", "Ask tide and wind"])(
  "OpenAI's SDK reads a streamed chat as the whole one: %s",
  async (content) => {
    const { openai } = await serveModel();
    const tools = ["tide", "wind"].map(
      (name) => ({ type: "function", function: { name, parameters: SCHEMA } }) as const,
    );
    const messages = [{ role: "user" as const, content }];
    const request = { model: "openai/gpt-4o", messages, tools };

    const whole = await openai.chat.completions.create(request);
    const stream_options = { include_usage: true };
    const streamed = await openai.chat.completions
      .stream({ ...request, stream_options })
      .finalChatCompletion();

    expect(streamed).toMatchObject({ ...whole, created: expect.any(Number) });
  },
);

test.each(["Hello", "Ask tide and wind"])(
  "OpenAI's SDK reads a streamed response as the whole one: %s",
  async (input) => {
    const { openai } = await serveModel();
    const tools = ["tide", "wind"].map((name) => ({
      type: "function" as const,
      name,
      parameters: SCHEMA,
      strict: false,
    }));
    const request = {
      model: "openai/gpt-5.6-terra",
      input,
      tools: [...tools, { type: "custom" as const, name: "wind_text" }],
      reasoning: { effort: "low" as const, summary: "auto" as const },
      include: ["reasoning.encrypted_content" as const],
    };

    const whole = await openai.responses.create(request);
    const streamed = await openai.responses.stream(request).finalResponse();

    expect(streamed.output).toMatchObject(whole.output);
    expect([streamed.usage, streamed.output_text]).toEqual([whole.usage, whole.output_text]);
  },
);

test.each(["Hello", "Ask tide and wind"])(
  "Anthropic's SDK reads a streamed message as the whole one: %s",
  async (content) => {
    const { anthropic } = await serveModel();
    const request = {
      model: "anthropic/claude-sonnet-5",
      max_tokens: 2000,
      messages: [{ role: "user" as const, content }],
      tools: ["tide", "wind"].map((name) => ({ name, input_schema: SCHEMA })),
      thinking: { type: "enabled" as const, budget_tokens: 1024 },
    };

    const whole = await anthropic.messages.create(request);
    const streamed = await anthropic.messages.stream(request).finalMessage();

    expect(streamed).toMatchObject(whole);
  },
);

test("a custom tool is called with a text, which is streamed in pieces", async () => {
  const { openai } = await serveModel();
  const stream = openai.responses.stream({
    model: "openai/gpt-5.6-terra",
    input: "patch *** Begin Patch",
    tools: [{ type: "custom", name: "patch" }],
  });

  const pieces: string[] = [];
  stream.on("response.custom_tool_call_input.delta", ({ delta }) => pieces.push(delta));
  const { output } = await stream.finalResponse();

  expect(pieces).toEqual(["*** Beg", "in Patc", "h"]);
  expect(output).toMatchObject([{ type: "custom_tool_call", input: "*** Begin Patch" }]);
});

test("the arguments of parallel calls are streamed one after another, in pieces", async () => {
  const { openai } = await serveModel();
  const stream = await openai.chat.completions.create({
    model: "openai/gpt-4o",
    stream: true,
    messages: [{ role: "user", content: "Ask tide and wind" }],
    tools: ["tide", "wind"].map((name) => ({
      type: "function",
      function: { name, parameters: SCHEMA },
    })),
  });

  const pieces: [number, string][] = [];
  for await (const { choices } of stream) {
    for (const call of choices[0]?.delta.tool_calls ?? []) {
      pieces.push([call.index, call.function?.arguments ?? ""]);
    }
  }

  expect(pieces.map(([index]) => index)).toEqual([...Array(5).fill(0), ...Array(5).fill(1)]);
  expect(
    pieces
      .slice(5)
      .map(([, text]) => text)
      .join(""),
  ).toBe(CALLED);
});
