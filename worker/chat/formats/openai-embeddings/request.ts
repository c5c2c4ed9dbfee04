/** The fields of a request in OpenAI's embeddings protocol, and what of them reaches a model. */
import * as v from "valibot";

import type { Model } from "../../env.ts";
import { findModel } from "../../models/choice.ts";
import { readRequest, type Unsupported } from "../../refusal.ts";

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
  readonly model: Model;
  readonly inputsFor: (model: Model) => object;
  readonly encoding: "float" | "base64";
}

/** Reads the body of an embedding request. Throws a RefusalError for what cannot be served. */
export function readEmbeddingRequest(body: string, models: readonly Model[]): EmbeddingRequest {
  const { model, input, encoding_format } = readRequest(body, embeddingRequest, UNSUPPORTED);
  const texts = typeof input === "string" ? [input] : input;
  return {
    model: findModel(models, model),
    inputsFor: ({ speaks }) => (speaks === "workers-ai" ? { text: texts } : { input: texts }),
    encoding: encoding_format ?? "float",
  };
}
