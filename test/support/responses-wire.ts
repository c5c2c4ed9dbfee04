/** Answers of a model that speaks OpenAI's Responses format, as the API's documentation shows them. */
import type { Content } from "./wire.ts";

const USAGE = {
  input_tokens: 3,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 2,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 5,
};

/** An event of a stream. */
export interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Makes the whole answer: reasoning that is not shown, then what the content has. */
export function responsesBody({ text, calls = [], isCutShort = false, thought }: Content) {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1,
    model: "m",
    status: isCutShort ? "incomplete" : "completed",
    incomplete_details: isCutShort ? { reason: "max_output_tokens" } : null,
    error: null,
    output: [
      ...(thought === undefined ? [] : [reasoningItem(thought)]),
      ...(text === undefined ? [] : [messageItem(text)]),
      ...calls.map(callItem),
    ],
    usage: USAGE,
  };
}

/** Makes the events of a stream of the same answer. */
export function responsesEvents(content: Content): readonly Event[] {
  const response = responsesBody(content);
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  return [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...response.output.flatMap((item, index) => itemEvents(item, index)),
    { type: `response.${response.status}`, response },
  ].map((each, sequence_number) => ({ ...each, sequence_number }));
}

function reasoningItem(encrypted_content: string) {
  return { type: "reasoning", id: "rs_1", summary: [], encrypted_content } as const;
}

function messageItem(text: string) {
  const content = [{ type: "output_text", text, annotations: [], logprobs: [] }];
  return { type: "message", id: "msg_1", status: "completed", role: "assistant", content } as const;
}

function callItem(call: NonNullable<Content["calls"]>[number], index: number) {
  return {
    type: "function_call",
    id: `fc_${index}`,
    status: "completed",
    call_id: `call_${index}`,
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  } as const;
}

type Item = ReturnType<typeof reasoningItem | typeof messageItem | typeof callItem>;

function itemEvents(item: Item, output_index: number): readonly Event[] {
  const begin = { type: "response.output_item.added", output_index };
  const done = { type: "response.output_item.done", output_index, item };
  if (item.type === "reasoning") return [{ ...begin, item }, done];
  const begun = { ...item, status: "in_progress" };
  const place = { item_id: item.id, output_index };
  if (item.type === "function_call") {
    const { name, arguments: input } = item;
    return [
      { ...begin, item: { ...begun, arguments: "" } },
      { type: "response.function_call_arguments.delta", ...place, delta: input },
      { type: "response.function_call_arguments.done", ...place, name, arguments: input },
      done,
    ];
  }
  return [
    { ...begin, item: { ...begun, content: [] } },
    ...item.content.flatMap((part) => textEvents(part, { ...place, content_index: 0 })),
    done,
  ];
}

function textEvents(part: { readonly text: string }, place: object): readonly Event[] {
  const words = part.text.match(/\S+\s*/g) ?? [];
  const deltas = words.map((delta) => {
    return { type: "response.output_text.delta", ...place, delta, logprobs: [] };
  });
  return [
    { type: "response.content_part.added", ...place, part: { ...part, text: "" } },
    ...deltas,
    { type: "response.output_text.done", ...place, text: part.text, logprobs: [] },
    { type: "response.content_part.done", ...place, part },
  ];
}
