import { completionsCaller } from "../formats/openai-completions/completions.ts";
import { conversationAt } from "./converse.ts";

/** Continues a text in the older form of OpenAI's protocol, to which some clients still default. */
export const completions = conversationAt("/v1/completions", completionsCaller, {
  operation: "text_completion",
});
