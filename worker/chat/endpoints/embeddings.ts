import { readEmbeddingRequest } from "../formats/openai-embeddings/request.ts";
import {
  readEmbeddings,
  writeEmbeddings,
  type Embeddings,
} from "../formats/openai-embeddings/response.ts";
import { readBody } from "../gate/body.ts";
import { nameIgnored } from "../line/ignored-fields.ts";
import type { Measures } from "../line/measures.ts";
import { callModels } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers with the vectors of texts, in OpenAI's protocol. */
export const embeddings: Endpoint = {
  method: "POST",
  path: "/v1/embeddings",
  isGated: true,
  operation: "embeddings",
  async answer(context) {
    const request = readEmbeddingRequest(await readBody(context), context.var.models);
    nameIgnored(context, request.ignored);
    const parts: Embeddings[] = [];
    // One after the other: a call that fails ends the request, and the rest is not billed.
    for (const { inputs, count } of request.calls) {
      // There is no fallback: another model's vectors cannot be compared with those that a caller
      // keeps.
      const part = await callModels(context.var, {
        models: [request.model],
        inputsFor: () => inputs,
        read: (response) => readEmbeddings(response, count),
      });
      parts.push(part);
    }
    noteTokens(context.var.measures, parts);
    return context.json(writeEmbeddings(request, parts));
  },
};

/** Notes the tokens of all calls; a model that reports none leaves them unknown. */
function noteTokens(measures: Measures, parts: readonly Embeddings[]): void {
  const input = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  if (input > 0) measures.usage = { input };
}
