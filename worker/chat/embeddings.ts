/** OpenAI's embeddings protocol, for Workers AI's models and for those that speak it themselves. */
import * as z from "zod/mini";

import { usageShape } from "./completion.ts";
import { readRequest, requireModel, type Unsupported } from "./errors.ts";
import { isWorkersAi } from "./models.ts";

const embeddingRequest = z.object({
  model: z.string(),
  input: z.union(
    [
      z.string().check(z.minLength(1)),
      z.array(z.string().check(z.minLength(1))).check(z.minLength(1), z.maxLength(100)),
    ],
    { error: "allowed is a text, or a list of 1 to 100 texts" },
  ),
  encoding_format: z.optional(z.nullable(z.enum(["float", "base64"]))),
});

const UNSUPPORTED: Unsupported = { dimensions: [] };

export interface EmbeddingRequest {
  readonly model: string;
  readonly inputs: object;
  readonly encoding: "float" | "base64";
}

/** Throws a RefusalError for what cannot be served. */
export function readEmbeddingRequest(body: string, models: readonly string[]): EmbeddingRequest {
  const { model, input, encoding_format } = readRequest(body, embeddingRequest, UNSUPPORTED);
  requireModel(model, models);
  const texts = typeof input === "string" ? [input] : input;
  return {
    model,
    inputs: isWorkersAi(model) ? { text: texts } : { input: texts },
    encoding: encoding_format ?? "float",
  };
}

const vectors = z.array(z.array(z.number())).check(z.minLength(1));
const workersAi = z.object({ data: vectors, usage: z.optional(usageShape) });
const openAi = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()) })).check(z.minLength(1)),
  usage: z.optional(z.object({ prompt_tokens: z.number() })),
});

/** Undefined when the body has neither shape. */
export function toEmbeddings(body: unknown, request: EmbeddingRequest): object | undefined {
  const own = workersAi.safeParse(body).data;
  const theirs = openAi.safeParse(body).data;
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
