import { responsesCaller } from "../formats/openai-responses/openai-responses.ts";
import { readBody } from "../gate/body.ts";
import { converse } from "./converse.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers a request in OpenAI's Responses protocol, streamed or whole. Nothing is stored. */
export const responses: Endpoint = {
  method: "POST",
  path: "/v1/responses",
  isGated: true,
  usesModel: true,
  async answer(context) {
    return converse(context, responsesCaller, await readBody(context));
  },
};
