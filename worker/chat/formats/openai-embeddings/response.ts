/** Translates a model's vectors to the response of OpenAI's embeddings protocol. */
import { describeFailure, unreadable } from "../../models/failures.ts";
import { readBody } from "../../models/response.ts";
import { RefusalError } from "../../refusal.ts";
import { findError } from "../model-error.ts";
import type { EmbeddingRequest } from "./request.ts";

type Vector = readonly number[];

/** The vectors that one call brought, in the order of its inputs. */
export interface Embeddings {
  readonly vectors: readonly Vector[];
  readonly tokens: number;
}

/** Reads a model's answer. Throws a RefusalError where it is not one vector for each input. */
export async function readEmbeddings(response: Response, count: number): Promise<Embeddings> {
  const body = await readBody(response);
  const error = findError(body);
  if (error !== undefined) throw new RefusalError(describeFailure(502, error));
  const { data, usage }: Readonly<Record<string, unknown>> = Object(body);
  const vectors = inOrder(Array.isArray(data) ? data : []);
  if (vectors.length !== count || !vectors.every(isVector)) throw new RefusalError(unreadable);
  const { prompt_tokens, total_tokens }: Readonly<Record<string, unknown>> = Object(usage);
  const tokens = Number(prompt_tokens ?? total_tokens);
  // The protocol requires a whole number; most of Workers AI's embedding models report none.
  return { vectors, tokens: Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0 };
}

/** Writes the vectors of all calls as one response. */
export function writeEmbeddings(
  { model, encoding }: EmbeddingRequest,
  parts: readonly Embeddings[],
): object {
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
  return {
    object: "list",
    model: model.id,
    data: parts
      .flatMap(({ vectors }) => vectors)
      .map((vector, index) => ({
        object: "embedding",
        index,
        embedding: encoding === "base64" ? toBase64(vector) : vector,
      })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/**
 * Puts vectors where their `index` says; Workers AI's own have none. A place that is named twice
 * leaves another empty.
 */
function inOrder(data: readonly unknown[]): readonly unknown[] {
  const vectors = Array.from<unknown>({ length: data.length });
  for (const [place, item] of data.entries()) {
    const { embedding = item, index }: Readonly<Record<string, unknown>> = Object(item);
    vectors[Number(index ?? place)] = embedding;
  }
  return vectors;
}

function isVector(value: unknown): value is Vector {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number")
  );
}

// One call takes so many arguments without trouble, and saves one for each byte.
const CHUNK = 8192;

/** Writes a vector as little-endian floats of 32 bits, as OpenAI's clients request by default. */
function toBase64(vector: Vector): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  let text = "";
  for (let start = 0; start < bytes.byteLength; start += CHUNK) {
    const size = Math.min(CHUNK, bytes.byteLength - start);
    text += String.fromCharCode(...new Uint8Array(bytes.buffer, start, size));
  }
  return btoa(text);
}
