/** Token counts, as OpenAI's Responses format has them. */
import type { Usage } from "../conversation.ts";
import { readCount, readCounts } from "../counts.ts";

/** Reads a model's counts; undefined where one is missing and cannot be derived. */
export function readUsage(value: unknown): Usage | undefined {
  const fields: Readonly<Record<string, unknown>> = Object(value);
  const counts = readCounts({
    input: fields["input_tokens"],
    output: fields["output_tokens"],
    total: fields["total_tokens"],
  });
  if (counts === undefined) return undefined;
  const ofInput: Readonly<Record<string, unknown>> = Object(fields["input_tokens_details"]);
  const ofOutput: Readonly<Record<string, unknown>> = Object(fields["output_tokens_details"]);
  return {
    ...counts,
    cached: readCount(ofInput["cached_tokens"]),
    cacheWritten: readCount(ofInput["cache_write_tokens"]),
    reasoning: readCount(ofOutput["reasoning_tokens"]),
  };
}

/** Writes counts; the format has no place for an unknown one. */
export function writeUsage({ input, output, total, cached, cacheWritten, reasoning }: Usage) {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached ?? 0, cache_write_tokens: cacheWritten ?? 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning ?? 0 },
    total_tokens: total,
  };
}
