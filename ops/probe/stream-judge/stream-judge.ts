/**
 * Judges whether a stream is clean in its form: whether a client of that form reads it without a
 * mend.
 */
import type { CallerWire } from "../../../policy/settings/wires.ts";
import { judgeChat } from "./chat.ts";
import { judgeMessages } from "./messages.ts";
import { judgeResponses } from "./responses.ts";
import { parseStream, type Judge } from "./stream-event.ts";

const JUDGES: Readonly<Record<CallerWire, Judge>> = {
  chat: judgeChat,
  responses: judgeResponses,
  messages: judgeMessages,
};

/** Finds the first fault of a stream; undefined where it is clean. */
export function findFault(form: CallerWire, text: string): string | undefined {
  const events = parseStream(text);
  return events.length === 0 ? "it has no event" : JUDGES[form](events);
}
