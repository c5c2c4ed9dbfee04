/** The fields of a request in OpenAI's embeddings protocol, and the calls that it takes. */
import * as v from "valibot";

import type { Model } from "../../env.ts";
import { findModel } from "../../models/choice.ts";
import { badRequest, checkRequest, parseObject, unknownFields } from "../../refusal.ts";

/** What one vector is made of: a text, or the tokens of one. */
type Input = string | readonly number[];

// https://platform.openai.com/docs/api-reference/embeddings/create
const MAX_INPUTS = 2048;
// https://developers.cloudflare.com/workers-ai/models/bge-m3/
const MAX_TEXTS_OF_WORKERS_AI = 100;

const embeddingRequest = v.object({
  model: v.string(),
  input: v.custom<Input | readonly Input[]>(
    (value) => isInput(value) || isList(value),
    `expected a text, or a list of 1 to ${MAX_INPUTS} texts or lists of tokens`,
  ),
  dimensions: v.nullish(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  encoding_format: v.nullish(v.picklist(["float", "base64"])),
});

/** A checked embedding request. */
export interface EmbeddingRequest {
  readonly model: Model;
  /** The calls that it takes, each with the inputs of the model and the number of their vectors. */
  readonly calls: readonly { readonly inputs: object; readonly count: number }[];
  readonly encoding: "float" | "base64";
  /** The fields that reach no model. */
  readonly ignored: readonly string[];
}

/** Reads the body of an embedding request. Throws a RefusalError for what cannot be served. */
export function readEmbeddingRequest(body: string, models: readonly Model[]): EmbeddingRequest {
  const json = parseObject(body);
  const { input, encoding_format, ...request } = checkRequest(json, embeddingRequest);
  const model = findModel(models, request.model);
  const inputs = isInput(input) ? [input] : input;
  const dimensions = request.dimensions ?? undefined;
  const isOwn = model.speaks === "workers-ai";
  if (isOwn) requireTexts(inputs, dimensions);
  return {
    model,
    calls: inBatches(inputs, isOwn ? MAX_TEXTS_OF_WORKERS_AI : MAX_INPUTS).map((batch) => ({
      inputs: isOwn ? { text: batch } : { input: batch, ...(dimensions && { dimensions }) },
      count: batch.length,
    })),
    encoding: encoding_format ?? "float",
    ignored: unknownFields(json, embeddingRequest.entries),
  };
}

/** Refuses what Workers AI's models do not take: tokens, and a choice of the vectors' length. */
function requireTexts(inputs: readonly Input[], dimensions: number | undefined): void {
  if (dimensions !== undefined) {
    const text = "dimensions is not supported: the vectors of Workers AI's models have one length";
    throw badRequest("unsupported_parameter", `${text}; leave it out`, "dimensions");
  }
  if (inputs.every((input) => typeof input === "string")) return;
  const text = "input: Workers AI's models take texts, and no tokens; send the texts themselves";
  throw badRequest(
    "invalid_value",
    `${text} (in LangChain, set check_embedding_ctx_length=False)`,
    "input",
  );
}

function inBatches(inputs: readonly Input[], size: number): (readonly Input[])[] {
  const starts = Array.from(
    { length: Math.ceil(inputs.length / size) },
    (_, index) => index * size,
  );
  return starts.map((start) => inputs.slice(start, start + size));
}

// Plain loops: a list of tokens may have a hundred thousand numbers.
function isInput(value: unknown): value is Input {
  if (typeof value === "string") return value !== "";
  return Array.isArray(value) && value.length > 0 && value.every(isToken);
}

function isToken(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isList(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_INPUTS) return false;
  return value.every(isInput);
}
