/** Embeddings, in the forms of Workers AI and of OpenAI. */
import { createHash } from "node:crypto";

import { z } from "zod";

import { isWorkersAi } from "../../../policy/platform.ts";
import type { FormatName } from "../../../policy/settings/formats.ts";
import type { ModelReply } from "../model.ts";
import { openAiRefusal, readOpenAi, workersAiRefusal } from "./refusal.ts";
import { whole } from "./stream.ts";

// https://developers.cloudflare.com/workers-ai/models/bge-m3/
const WORKERS_AI_TEXTS = 100;
// https://platform.openai.com/docs/api-reference/embeddings/create
const OPENAI_INPUTS = 2048;

const ownInputs = z.object({ text: z.union([z.string(), z.array(z.string()).min(1)]) });

const tokens = z.array(z.int().nonnegative()).min(1);
const openAiInputs = z.looseObject({
  input: z.union([z.string(), z.array(z.string()).min(1), tokens, z.array(tokens).min(1)]),
  dimensions: z.int().min(1).max(3072).optional(),
  encoding_format: z.enum(["float", "base64"]).optional(),
});

/**
 * Embeds texts: similar ones are no nearer, but equal ones are equal. A model of Workers AI answers
 * in its own form, unless the way in decides another. Throws a ModelRefusal.
 */
export function answerEmbeddings(name: string, inputs: unknown, format?: FormatName): ModelReply {
  const isOwn = isWorkersAi(name) && (format ?? "workers-ai") === "workers-ai";
  return whole(isOwn ? embedOwn(inputs) : embedOpenAi(name, inputs));
}

function embedOwn(inputs: unknown): object {
  const parsed = ownInputs.safeParse(inputs);
  if (!parsed.success) {
    throw workersAiRefusal(5006, "AiError: Bad input: required properties at '/' are 'text'");
  }
  const texts = [parsed.data.text].flat();
  if (texts.length > WORKERS_AI_TEXTS) {
    const message = `AiError: Bad input: '/text' has ${texts.length} items, over ${WORKERS_AI_TEXTS}`;
    throw workersAiRefusal(5006, message);
  }
  const data = texts.map((text) => vectorOf(text, 32));
  return { shape: [data.length, 32], data, pooling: "mean" };
}

function embedOpenAi(name: string, inputs: unknown): object {
  // The real refusal to a model that makes something else names neither.
  if ("messages" in Object(inputs)) {
    throw openAiRefusal(
      "This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?",
      { param: "model", status: 404 },
    );
  }
  const { input, dimensions = 32, encoding_format } = readOpenAi(openAiInputs, inputs);
  const items = itemsOf(input);
  if (items.length > OPENAI_INPUTS) {
    const message = `Invalid 'input': array too long. Expected an array with maximum length ${OPENAI_INPUTS}, but got an array with length ${items.length} instead.`;
    throw openAiRefusal(message, { param: "input", code: "array_above_max_length" });
  }
  const data = items.map((item, index) => {
    const vector = vectorOf(item, dimensions);
    const embedding = encoding_format === "base64" ? toBase64(vector) : vector;
    return { object: "embedding", index, embedding };
  });
  const count = items.reduce((sum, item) => sum + countTokens(item), 0);
  return {
    object: "list",
    data,
    model: name,
    usage: { prompt_tokens: count, total_tokens: count },
  };
}

/** Lists the inputs: each is a text, or a text's tokens. */
function itemsOf(
  input: z.output<typeof openAiInputs>["input"],
): readonly (string | readonly number[])[] {
  if (typeof input === "string") return [input];
  const list: readonly unknown[] = input;
  const tokenList = tokens.safeParse(list);
  return tokenList.success ? [tokenList.data] : z.array(z.union([z.string(), tokens])).parse(list);
}

function countTokens(item: string | readonly number[]): number {
  return typeof item === "string" ? Math.ceil(item.length / 4) : item.length;
}

function vectorOf(item: unknown, dimensions: number): number[] {
  const digest = createHash("sha256").update(JSON.stringify(item)).digest();
  return Array.from({ length: dimensions }, (_, at) => ((digest[at % 32] ?? 0) - 127.5) / 127.5);
}

function toBase64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}
