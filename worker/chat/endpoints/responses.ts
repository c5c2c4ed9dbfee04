import { responsesCaller } from "../formats/openai-responses/openai-responses.ts";
import { conversationAt } from "./converse.ts";

/** Answers a request in OpenAI's Responses protocol, streamed or whole. Nothing is stored. */
export const responses = conversationAt("/v1/responses", responsesCaller);
