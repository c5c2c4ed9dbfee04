/** Clients whose default is the Responses format, unchanged but for what docs/clients.md says to set. */
import { createOpenAI } from "@ai-sdk/openai";
import {
  Agent,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
  tool as agentTool,
} from "@openai/agents";
import { generateText, isStepCount, streamText, tool, type ModelMessage } from "ai";
import OpenAI from "openai";
import { toResponseInputItems } from "openai/lib/responses/ResponseInputItems";
import { expect, test } from "vitest";
import { z } from "zod";

import { expectHistory, startThreeTurns } from "../../support/three-turns.ts";
import { TOKEN, type RunningWorker } from "../../support/workerd.ts";

/** A model that speaks the format, and two that speak others. */
const SHAPES = ["responses", "chat", "newer"] as const;
const CITY = z.object({ city: z.string() });

test.each(SHAPES)("OpenAI's SDK holds three turns with %s", async (shape) => {
  const { worker, model, baseURL } = await startThreeTurns(shape);
  const openai = new OpenAI({ baseURL, apiKey: TOKEN, maxRetries: 0 });
  const tools = [
    { type: "function", name: "look", parameters: z.toJSONSchema(CITY), strict: true } as const,
  ];
  const ask = (input: OpenAI.Responses.ResponseInput) =>
    openai.responses.stream({ model, input, tools, store: false }).finalResponse();
  const input: OpenAI.Responses.ResponseInput = [{ role: "user", content: "Where is it warm?" }];

  const first = await ask(input);
  const [call] = first.output.filter((item) => item.type === "function_call");
  input.push(...toResponseInputItems(first.output), {
    type: "function_call_output",
    call_id: call?.call_id ?? "",
    output: "31 °C",
  });
  const second = await ask(input);
  input.push(...toResponseInputItems(second.output), { role: "user", content: "Thanks" });
  const third = await ask(input);

  expect(call?.arguments).toBe('{"city":"Rome"}');
  expect([second.output_text, third.output_text]).toEqual(["In Rome", "At your service"]);
  expectHistory(worker);
  expectReasoning(worker);
});

test.each(SHAPES)("the AI SDK's default provider holds three turns with %s", async (shape) => {
  const { worker, model, baseURL } = await startThreeTurns(shape);
  const openai = createOpenAI({ baseURL, apiKey: TOKEN });
  const ask = (messages: ModelMessage[]) =>
    streamText({
      model: openai(model),
      messages,
      tools: { look: tool({ inputSchema: CITY, execute: () => "31 °C" }) },
      stopWhen: isStepCount(3),
      // Its default refers to items that the provider keeps.
      providerOptions: { openai: { store: false } },
    });
  const messages: ModelMessage[] = [{ role: "user", content: "Where is it warm?" }];

  const first = ask(messages);
  expect(await first.text).toBe("In Rome");
  messages.push(...(await first.responseMessages), { role: "user", content: "Thanks" });

  expect(await ask(messages).text).toBe("At your service");
  expectHistory(worker);
  expectReasoning(worker);
});

test("the AI SDK's default, which refers to stored items, is told what to set", async () => {
  const { model, baseURL } = await startThreeTurns("responses");
  const steps = generateText({
    model: createOpenAI({ baseURL, apiKey: TOKEN })(model),
    prompt: "Where is it warm?",
    tools: { look: tool({ inputSchema: CITY, execute: () => "31 °C" }) },
    stopWhen: isStepCount(3),
  });

  await expect(steps).rejects.toThrow("set providerOptions.openai.store = false");
});

test.each(SHAPES)("OpenAI's agents hold three turns with %s", async (shape) => {
  setTracingDisabled(true);
  const { worker, model, baseURL } = await startThreeTurns(shape);
  const openai = new OpenAI({ baseURL, apiKey: TOKEN, maxRetries: 0 });
  const agent = new Agent({
    name: "guide",
    model: new OpenAIResponsesModel(openai, model),
    tools: [
      agentTool({
        name: "look",
        description: "the weather of a city",
        parameters: CITY,
        execute: () => "31 °C",
      }),
    ],
  });

  const first = await run(agent, "Where is it warm?", { stream: true });
  await first.completed;
  const second = await run(agent, [...first.history, { role: "user", content: "Thanks" }], {
    stream: true,
  });
  await second.completed;

  expect([first.finalOutput, second.finalOutput]).toEqual(["In Rome", "At your service"]);
  expectHistory(worker);
  expectReasoning(worker);
});

/** Expects the model to get its own reasoning back, and no other one to get it. */
function expectReasoning({ calls }: RunningWorker): void {
  const inputs = JSON.stringify(calls[2]?.body.inputs);

  expect(inputs.includes("gAAAA")).toBe(inputs.includes("reasoning.encrypted_content"));
}
