import { chatCaller } from "../formats/openai-chat/openai-chat.ts";
import { readBody } from "../gate/body.ts";
import { converse } from "./converse.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers a chat in OpenAI's protocol, whole or streamed. */
export const chatCompletions: Endpoint = {
  method: "POST",
  path: "/v1/chat/completions",
  isGated: true,
  usesModel: true,
  async answer(context) {
    return converse(context, chatCaller, await readBody(context));
  },
};
