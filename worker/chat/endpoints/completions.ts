import { completionsCaller } from "../formats/openai-completions/completions.ts";
import { readBody } from "../gate/body.ts";
import { converse } from "./converse.ts";
import type { Endpoint } from "./endpoint.ts";

/** Continues a text in the older form of OpenAI's protocol, to which some clients still default. */
export const completions: Endpoint = {
  method: "POST",
  path: "/v1/completions",
  isGated: true,
  usesModel: true,
  async answer(context) {
    return converse(context, completionsCaller, await readBody(context));
  },
};
