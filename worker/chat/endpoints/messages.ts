import { messagesError } from "../formats/anthropic-messages/errors.ts";
import { messagesCaller } from "../formats/anthropic-messages/messages.ts";
import { readBody } from "../gate/body.ts";
import { converse } from "./converse.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers in Anthropic's protocol, whole or streamed. */
export const messages: Endpoint = {
  method: "POST",
  path: "/v1/messages",
  isGated: true,
  usesModel: true,
  errorBody: messagesError,
  async answer(context) {
    return converse(context, messagesCaller, await readBody(context));
  },
};
