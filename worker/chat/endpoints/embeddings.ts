import { readEmbeddingRequest } from "../formats/openai-embeddings/request.ts";
import { readEmbeddings } from "../formats/openai-embeddings/response.ts";
import { readBody } from "../gate/body.ts";
import { callModels } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers with the vectors of texts, in OpenAI's protocol. */
export const embeddings: Endpoint = {
  method: "POST",
  path: "/v1/embeddings",
  isGated: true,
  usesModel: true,
  async answer(context) {
    const request = readEmbeddingRequest(await readBody(context), context.var.models);
    // There is no fallback: another model's vectors cannot be compared with those that a caller
    // keeps.
    const body = await callModels(context.var, {
      models: [request.model],
      inputsFor: request.inputsFor,
      read: (response) => readEmbeddings(response, request),
    });
    return context.json(body);
  },
};
