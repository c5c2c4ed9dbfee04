/** Token counts, as OpenAI's Responses format has them. */
import type { Usage } from "../conversation.ts";

/**
 * Reads a model's counts. Undefined where one is missing and cannot be derived: no count is better
 * than a wrong one.
 */
export function readUsage(value: unknown): Usage | undefined {
  const fields: Readonly<Record<string, unknown>> = Object(value);
  const total = count(fields["total_tokens"]);
  const input = count(fields["input_tokens"]) ?? minus(total, count(fields["output_tokens"]));
  const output = count(fields["output_tokens"]) ?? minus(total, input);
  if (input === undefined || output === undefined) return undefined;
  const ofInput: Readonly<Record<string, unknown>> = Object(fields["input_tokens_details"]);
  const ofOutput: Readonly<Record<string, unknown>> = Object(fields["output_tokens_details"]);
  return {
    input,
    output,
    total: total ?? input + output,
    cached: count(ofInput["cached_tokens"]),
    cacheWritten: count(ofInput["cache_write_tokens"]),
    reasoning: count(ofOutput["reasoning_tokens"]),
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

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function minus(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined || part > total ? undefined : total - part;
}
