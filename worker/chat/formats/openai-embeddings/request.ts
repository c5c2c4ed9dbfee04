/** The fields of a request in OpenAI's embeddings protocol, and what of them reaches a model. */
import * as v from "valibot";

import { isWorkersAi } from "../../models/call.ts";
import { readRequest, requireModel, type Unsupported } from "../../refusal.ts";

const nonEmpty = v.pipe(v.string(), v.minLength(1));

const embeddingRequest = v.object({
  model: v.string(),
  input: v.union(
    [nonEmpty, v.pipe(v.array(nonEmpty), v.minLength(1), v.maxLength(100))],
    "expected a text, or a list of 1 to 100 texts",
  ),
  encoding_format: v.nullish(v.picklist(["float", "base64"])),
});

const UNSUPPORTED: Unsupported = { dimensions: [] };

/** A checked embedding request. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly inputsFor: (model: string) => object;
  readonly encoding: "float" | "base64";
}

/** Reads the body of an embedding request. Throws a RefusalError for what cannot be served. */
export function readEmbeddingRequest(body: string, models: readonly string[]): EmbeddingRequest {
  const { model, input, encoding_format } = readRequest(body, embeddingRequest, UNSUPPORTED);
  requireModel(model, models);
  const texts = typeof input === "string" ? [input] : input;
  return {
    model,
    inputsFor: (target) => (isWorkersAi(target) ? { text: texts } : { input: texts }),
    encoding: encoding_format ?? "float",
  };
}
