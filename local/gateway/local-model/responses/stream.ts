/**
 * Writes streamed answers in OpenAI's Responses format.
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import type { ResponseStreamEvent } from "openai/resources/responses/responses";

import { chunks, namedEvent, words } from "../stream.ts";
import type { Item } from "./items.ts";
import type { WireResponse } from "./response.ts";

/** An event about an item, without its number. */
type ItemEvent = ResponseStreamEvent extends infer Event
  ? Event extends { readonly output_index: number }
    ? Omit<Event, "sequence_number">
    : never
  : never;

/** Lists the events of an answer, numbered; the last one repeats the whole answer. */
export function* responseEvents(response: WireResponse): Generator<string> {
  const { completed_at: _, usage: __, ...head } = response;
  const begun = { ...head, status: "in_progress", incomplete_details: null, output: [] };
  const end = response.status === "incomplete" ? "response.incomplete" : "response.completed";
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...response.output.flatMap((item, index) => [...itemEvents(item, index)]),
    { type: end, response },
  ];
  for (const [sequence_number, event] of events.entries()) {
    yield namedEvent({ ...event, sequence_number });
  }
}

function* itemEvents(item: Item, output_index: number): Generator<ItemEvent> {
  yield { type: "response.output_item.added", output_index, item: begin(item) };
  const place = { item_id: item.id, output_index };
  switch (item.type) {
    case "message":
      yield* messageEvents(item, place);
      break;
    case "reasoning":
      yield* reasoningEvents(item, place);
      break;
    case "function_call":
      for (const delta of chunks(item.arguments)) {
        yield { type: "response.function_call_arguments.delta", ...place, delta };
      }
      yield { type: "response.function_call_arguments.done", ...place, arguments: item.arguments };
      break;
    case "custom_tool_call":
      for (const delta of chunks(item.input)) {
        yield { type: "response.custom_tool_call_input.delta", ...place, delta };
      }
      yield { type: "response.custom_tool_call_input.done", ...place, input: item.input };
  }
  yield { type: "response.output_item.done", output_index, item };
}

/** Returns an item as it stands before its first piece. */
function begin(item: Item): Item {
  if (item.type === "message") return { ...item, status: "in_progress", content: [] };
  if (item.type === "reasoning") return { ...item, summary: [] };
  if (item.type === "custom_tool_call") return { ...item, input: "" };
  return { ...item, status: "in_progress", arguments: "" };
}

interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

function* messageEvents(
  { content }: Extract<Item, { type: "message" }>,
  at: Place,
): Generator<ItemEvent> {
  for (const [content_index, part] of content.entries()) {
    const place = { ...at, content_index };
    const { text } = part;
    yield { type: "response.content_part.added", ...place, part: { ...part, text: "" } };
    for (const delta of words(text)) {
      yield { type: "response.output_text.delta", ...place, delta, logprobs: [] };
    }
    yield { type: "response.output_text.done", ...place, text, logprobs: [] };
    yield { type: "response.content_part.done", ...place, part };
  }
}

function* reasoningEvents(
  { summary }: Extract<Item, { type: "reasoning" }>,
  at: Place,
): Generator<ItemEvent> {
  for (const [summary_index, part] of summary.entries()) {
    const place = { ...at, summary_index };
    const { text } = part;
    yield {
      type: "response.reasoning_summary_part.added",
      ...place,
      part: { ...part, text: "" },
    };
    for (const delta of words(text)) {
      yield { type: "response.reasoning_summary_text.delta", ...place, delta };
    }
    yield { type: "response.reasoning_summary_text.done", ...place, text };
    yield { type: "response.reasoning_summary_part.done", ...place, part };
  }
}
