/** Makes server-sent events of an answer. */
import { setImmediate } from "node:timers/promises";

import type { ModelReply } from "../model.ts";

/** Makes a whole answer. */
export function whole(body: object): ModelReply {
  return { status: 200, body: JSON.stringify(body) };
}

/** Makes a streamed answer of events, each a text that ends with an empty line. */
export function streamed(events: Iterable<string>): ModelReply {
  return { status: 200, body: "", pieces: oneByOne(events) };
}

async function* oneByOne(events: Iterable<string>): AsyncGenerator<string> {
  for (const event of events) {
    yield event;
    // After a turn of the event loop, each event is a piece of its own on the wire.
    await setImmediate();
  }
}

/** Makes one event without a name, as OpenAI's chat format has them. */
export function unnamedEvent(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Makes one event that is named as its type. */
export function namedEvent(data: {
  readonly type: string;
  readonly sequence_number?: number;
}): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Splits a text, which begins with a word, after its words. */
export function words(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}

/** Splits a text, such as a call's arguments, where nothing meant is split. */
export function chunks(text: string): readonly string[] {
  return text.match(/[^]{1,7}/gu) ?? [];
}
