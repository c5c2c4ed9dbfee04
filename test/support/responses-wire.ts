/** Answers of a model that speaks OpenAI's Responses format, as the API's documentation shows them. */
import { inTurn, type Content } from "./wire.ts";
import type { Reply } from "./workerd.ts";

const headers = { "cf-aig-log-id": "log-1" };
const USAGE = {
  input_tokens: 3,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 5,
};
const RESPONSE = { id: "resp_abc", object: "response", created_at: 1, model: "m", error: null };

/** Makes an answer, whole or streamed: reasoning that is not shown, then what the content has. */
export function responsesReply(content: Content, isStreamed: boolean): Reply {
  const output = [
    { type: "reasoning", id: "rs_abc", summary: [], encrypted_content: "gAAAA" },
    ...(content.text === undefined ? [] : [messageItem(content.text)]),
    ...(content.calls ?? []).map(callItem),
  ];
  const completed = { ...RESPONSE, status: "completed", output, usage: USAGE };
  if (!isStreamed) return { headers, body: completed };
  const begun = { ...RESPONSE, status: "in_progress", output: [], usage: null };
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...output.flatMap((item, index) => itemEvents(item, index)),
    { type: "response.completed", response: completed },
  ];
  return { headers, pieces: inTurn(events.map(toText)) };
}

function messageItem(text: string) {
  const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
  return { type: "message", id: "msg_abc", status: "completed", role: "assistant", content };
}

function callItem(call: { readonly name: string; readonly arguments: object }, index: number) {
  return {
    type: "function_call",
    id: `fc_abc${index}`,
    status: "completed",
    call_id: `call_abc${index}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  };
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;
type Item =
  | ReturnType<typeof messageItem>
  | ReturnType<typeof callItem>
  | { readonly type: string };

function itemEvents(item: Item, output_index: number): readonly Event[] {
  const begin = { type: "response.output_item.added", output_index };
  const done = { type: "response.output_item.done", output_index, item };
  if ("arguments" in item) {
    const place = { item_id: item.id, output_index };
    return [
      { ...begin, item: { ...item, status: "in_progress", arguments: "" } },
      { type: "response.function_call_arguments.delta", ...place, delta: item.arguments },
      { type: "response.function_call_arguments.done", ...place, arguments: item.arguments },
      done,
    ];
  }
  if (!("content" in item)) return [{ ...begin, item }, done];
  const place = { item_id: item.id, output_index, content_index: 0 };
  const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
  const [{ text } = part] = item.content;
  return [
    { ...begin, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.content_part.added", ...place, part },
    ...(text.match(/\S+\s*/g) ?? []).map((delta) => ({
      type: "response.output_text.delta",
      ...place,
      delta,
      logprobs: [],
    })),
    { type: "response.output_text.done", ...place, text, logprobs: [] },
    { type: "response.content_part.done", ...place, part: { ...part, text } },
    done,
  ];
}

function toText(event: { readonly type: string }, sequence_number: number): string {
  return `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`;
}
