import { messagesError } from "../formats/anthropic-messages/errors.ts";
import { messagesCaller } from "../formats/anthropic-messages/messages.ts";
import { conversationAt } from "./converse.ts";

/** Answers in Anthropic's protocol, whole or streamed. */
export const messages = conversationAt("/v1/messages", messagesCaller, {
  errorBody: messagesError,
});
