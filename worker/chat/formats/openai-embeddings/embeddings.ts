/** OpenAI's embeddings protocol, for Workers AI's models and for those that speak it themselves. */
import * as v from "valibot";

import { usageShape } from "../openai-chat/completion.ts";
import { readRequest, requireModel, type Unsupported } from "../../refusal.ts";
import { isWorkersAi, readAs } from "../../models/call.ts";

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

export interface EmbeddingRequest {
  readonly model: string;
  readonly inputsFor: (model: string) => object;
  readonly encoding: "float" | "base64";
}

/** Throws a RefusalError for what cannot be served. */
export function readEmbeddingRequest(body: string, models: readonly string[]): EmbeddingRequest {
  const { model, input, encoding_format } = readRequest(body, embeddingRequest, UNSUPPORTED);
  requireModel(model, models);
  const texts = typeof input === "string" ? [input] : input;
  return {
    model,
    inputsFor: (asked) => (isWorkersAi(asked) ? { text: texts } : { input: texts }),
    encoding: encoding_format ?? "float",
  };
}

const floats = v.array(v.number());
const workersAi = v.object({
  data: v.pipe(v.array(floats), v.minLength(1)),
  usage: v.optional(usageShape),
});
const openAi = v.object({
  data: v.pipe(v.array(v.object({ embedding: floats })), v.minLength(1)),
  usage: v.optional(v.object({ prompt_tokens: v.number() })),
});

/** Undefined when the body has neither shape. */
export function toEmbeddings(body: unknown, request: EmbeddingRequest): object | undefined {
  const own = readAs(workersAi, body);
  const theirs = readAs(openAi, body);
  const found = own?.data ?? theirs?.data.map(({ embedding }) => embedding);
  if (found === undefined) return undefined;
  // The protocol wants a number; most of Workers AI's embedding models tell none.
  const tokens = own?.usage?.prompt_tokens ?? theirs?.usage?.prompt_tokens ?? 0;
  return {
    object: "list",
    model: request.model,
    data: found.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: request.encoding === "base64" ? toBase64(vector) : vector,
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Little-endian floats of 32 bits, as OpenAI's clients ask for by default. */
function toBase64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  let text = "";
  for (let index = 0; index < bytes.byteLength; index++) {
    text += String.fromCharCode(bytes.getUint8(index));
  }
  return btoa(text);
}
