/** Translates a model's vectors to the response of OpenAI's embeddings protocol. */
import * as v from "valibot";

import { describeFailure, unreadable } from "../../models/failures.ts";
import { readAs, readBody } from "../../models/response.ts";
import { RefusalError } from "../../refusal.ts";
import { errorIn } from "../openai-chat/delta.ts";
import type { EmbeddingRequest } from "./request.ts";

const floats = v.array(v.number());
const usage = v.optional(v.object({ prompt_tokens: v.number() }));
const workersAi = v.object({
  data: v.pipe(v.array(floats), v.minLength(1)),
  usage,
});
const openAi = v.object({
  data: v.pipe(v.array(v.object({ embedding: floats })), v.minLength(1)),
  usage,
});

/** Reads a model's answer. Throws a RefusalError where its body has neither form. */
export async function readEmbeddings(
  response: Response,
  request: EmbeddingRequest,
): Promise<object> {
  const body = await readBody(response);
  if (errorIn(body) !== undefined) throw new RefusalError(describeFailure(502, body));
  const own = readAs(workersAi, body);
  const theirs = readAs(openAi, body);
  const found = own?.data ?? theirs?.data.map(({ embedding }) => embedding);
  if (found === undefined) throw new RefusalError(unreadable);
  // The protocol requires a number; most of Workers AI's embedding models report none.
  const tokens = own?.usage?.prompt_tokens ?? theirs?.usage?.prompt_tokens ?? 0;
  return {
    object: "list",
    model: request.model.id,
    data: found.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: request.encoding === "base64" ? toBase64(vector) : vector,
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Writes a vector as little-endian floats of 32 bits, as OpenAI's clients request by default. */
function toBase64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  let text = "";
  for (let index = 0; index < bytes.byteLength; index++) {
    text += String.fromCharCode(bytes.getUint8(index));
  }
  return btoa(text);
}
