/** Whether today's agents take a turn with a tool before the model, unchanged but for address and key. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { tool as langchainTool } from "@langchain/core/tools";
import { HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { ChatOpenAI } from "@langchain/openai";
import {
  Agent,
  OpenAIResponsesModel,
  run,
  setTracingDisabled,
  tool as agentTool,
} from "@openai/agents";
import {
  generateText,
  stepCountIs,
  streamText,
  tool,
  type JSONValue,
  type LanguageModel,
} from "ai";
import { expect, test } from "vitest";
import { z } from "zod";

import { serveModel } from "../../support/local-model.ts";

const PROMPT = "Ask tide and wind";
const ANSWERED = /The tools answered: .*tide at text.*wind at text/s;
const inputSchema = z.object({ port: z.string() });
const RESPONSES = "openai/gpt-5.6-terra";
const MESSAGES = "anthropic/claude-sonnet-5";

const openAi = (url: string) => createOpenAI({ baseURL: `${url}/v1`, apiKey: "none" });
const anthropic = (url: string) => createAnthropic({ baseURL: `${url}/v1`, apiKey: "none" });

interface Row {
  readonly name: string;
  readonly provider: (url: string) => LanguageModel;
  readonly options?: Readonly<Record<string, Record<string, JSONValue>>>;
}

const ROWS: readonly Row[] = [
  {
    name: "OpenAI",
    // The provider asks for reasoning where it knows the name, which has no provider before it.
    provider: (url) => openAi(url)("gpt-5.6-terra"),
    // Without `store: false` the second step refers to items that are stored nowhere.
    options: { openai: { store: false, reasoningEffort: "low", reasoningSummary: "auto" } },
  },
  { name: "OpenAI chat", provider: (url) => openAi(url).chat("openai/gpt-4o") },
  {
    name: "Anthropic",
    provider: (url) => anthropic(url)(MESSAGES),
    options: { anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } } },
  },
];

test.each(ROWS)(
  "the AI SDK's provider for $name takes two steps, whole and streamed",
  async ({ provider, options }) => {
    const { url } = await serveModel();
    const request = {
      model: provider(url),
      prompt: PROMPT,
      tools: { tide: sdkTool("tide"), wind: sdkTool("wind") },
      stopWhen: stepCountIs(3),
      ...(options && { providerOptions: options }),
      maxRetries: 0,
    };

    const { text, steps } = await generateText(request);
    const streamed = streamText(request);

    expect([text, await streamed.text]).toEqual(Array(2).fill(expect.stringMatching(ANSWERED)));
    expect(steps.map(({ toolCalls }) => toolCalls.length)).toEqual([2, 0]);
    const isThinking = steps.map(({ reasoningText }) => reasoningText !== undefined);
    expect(isThinking).toEqual(Array(2).fill(options !== undefined));
  },
);

test("OpenAI's agents run a turn with two tools, streamed", async () => {
  setTracingDisabled(true);
  const { openai } = await serveModel();
  const tools = ["tide", "wind"].map((name) =>
    agentTool({
      name,
      description: name,
      parameters: inputSchema,
      execute: ({ port }) => `${name} at ${port}`,
    }),
  );
  const model = new OpenAIResponsesModel(openai, RESPONSES);

  const result = await run(new Agent({ name: "Harbour", model, tools }), PROMPT, { stream: true });
  await result.completed;

  expect(result.finalOutput).toMatch(ANSWERED);
});

test.each([
  ["chat", "openai/gpt-4o"],
  ["Responses", RESPONSES],
])("LangChain calls two tools in the %s form, and reads the answer", async (_form, model) => {
  const { url } = await serveModel();
  const tools = ["tide", "wind"].map((name) =>
    langchainTool(({ port }) => `${name} at ${port}`, { name, schema: inputSchema }),
  );
  const chat = new ChatOpenAI({
    model,
    apiKey: "none",
    maxRetries: 0,
    useResponsesApi: model === RESPONSES,
    configuration: { baseURL: `${url}/v1` },
  }).bindTools(tools);

  const history: BaseMessage[] = [new HumanMessage(PROMPT)];
  const called = await chat.invoke(history);
  history.push(called);
  for (const { id, name, args } of called.tool_calls ?? []) {
    const content = `${name} at ${inputSchema.parse(args).port}`;
    history.push(new ToolMessage({ tool_call_id: id ?? "", content }));
  }
  const answered = await chat.invoke(history);

  expect(answered.text).toMatch(ANSWERED);
});

function sdkTool(name: string) {
  return tool({ inputSchema, execute: async ({ port }) => `${name} at ${port}` });
}
