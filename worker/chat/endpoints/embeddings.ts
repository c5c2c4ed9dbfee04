import { readEmbeddingRequest } from "../formats/openai-embeddings/request.ts";
import { readEmbeddings } from "../formats/openai-embeddings/response.ts";
import { callModels } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers with the vectors of texts, in OpenAI's protocol. */
export const embeddings: Endpoint = {
  method: "POST",
  path: "/v1/embeddings",
  isGated: true,
  usesModel: true,
  async answer(context) {
    const request = readEmbeddingRequest(
      await context.req.text(),
      context.var.env.MODELS.map(({ id }) => id),
    );
    // There is no fallback: another model's vectors cannot be compared with those that a caller
    // keeps.
    const response = await callModels(context.var, { ...request, models: [request.model] });
    return context.json(await readEmbeddings(response, request));
  },
};
