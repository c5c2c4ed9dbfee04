/** LangChain, by its default form and by Responses, and OpenAI's SDK by chat: three turns each. */
import { HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { concat } from "@langchain/core/utils/stream";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
import { expect, test } from "vitest";

import { expectHistory, startThreeTurns } from "../../support/three-turns.ts";
import { SPEAKERS, type Shape } from "../../support/wire.ts";
import { TOKEN } from "../../support/workerd.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const SHAPES = Object.keys(SPEAKERS) as Shape[];
const PARAMETERS = { type: "object", properties: { city: { type: "string" } } };
const TOOL = {
  type: "function",
  function: { name: "look", description: "the weather of a city", parameters: PARAMETERS },
} satisfies OpenAI.ChatCompletionFunctionTool;

const ways = SHAPES.flatMap((shape) =>
  [false, true].map((isResponses) => ({ shape, isResponses })),
);

test.each(ways)(
  "LangChain holds three turns with $shape (Responses: $isResponses)",
  async (way) => {
    const { worker, model, baseURL } = await startThreeTurns(way.shape);
    const chat = new ChatOpenAI({
      model,
      apiKey: TOKEN,
      maxRetries: 0,
      useResponsesApi: way.isResponses,
      configuration: { baseURL },
    }).bindTools([TOOL]);
    const history: BaseMessage[] = [new HumanMessage("Where is it warm?")];
    const turn = async () => {
      const chunks = await Array.fromAsync(await chat.stream(history));
      const message = chunks.reduce((whole, chunk) => concat(whole, chunk));
      history.push(message);
      return message;
    };

    const [call] = (await turn()).tool_calls ?? [];
    history.push(new ToolMessage({ content: "31 °C", tool_call_id: call?.id ?? "" }));
    const second = await turn();
    history.push(new HumanMessage("Thanks"));
    const third = await turn();

    expect(call).toMatchObject({ name: "look", args: { city: "Rome" } });
    expect([second.text, third.text]).toEqual(["In Rome", "At your service"]);
    expectHistory(worker);
  },
);

test.each(SHAPES)("OpenAI's SDK holds three turns with %s by chat", async (shape) => {
  const { worker, model, baseURL } = await startThreeTurns(shape);
  const openai = new OpenAI({
    baseURL,
    apiKey: TOKEN,
    maxRetries: 0,
  });
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: "user", content: "Where is it warm?" },
  ];
  const turn = async () => {
    const request = { model, messages, tools: [TOOL] };
    const completion = await openai.chat.completions.stream(request).finalChatCompletion();
    const message = completion.choices[0]?.message;
    if (message !== undefined) messages.push(message);
    return message;
  };

  const [call] = (await turn())?.tool_calls ?? [];
  messages.push({ role: "tool", content: "31 °C", tool_call_id: call?.id ?? "" });
  const second = await turn();
  messages.push({ role: "user", content: "Thanks" });
  const third = await turn();

  expect(call).toMatchObject({ function: { name: "look", arguments: '{"city":"Rome"}' } });
  expect([second?.content, third?.content]).toEqual(["In Rome", "At your service"]);
  expectHistory(worker);
});
