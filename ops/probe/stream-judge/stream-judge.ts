/** Judges whether a client of a stream's format reads the stream without a mend. */
import type { CallerFormatName } from "../../../policy/settings/formats.ts";
import { judgeChat } from "./chat.ts";
import { judgeMessages } from "./messages.ts";
import { judgeResponses } from "./responses.ts";
import { parseStream, type Judge } from "./stream-event.ts";

const JUDGES: Readonly<Record<CallerFormatName, Judge>> = {
  chat: judgeChat,
  responses: judgeResponses,
  messages: judgeMessages,
};

/** Finds the first fault of a stream; undefined where it is clean. */
export function findFault(format: CallerFormatName, text: string): string | undefined {
  const events = parseStream(text);
  return events.length === 0 ? "it has no event" : JUDGES[format](events);
}
