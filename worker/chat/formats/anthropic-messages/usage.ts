/** Token counts in Anthropic's Messages, where `input_tokens` has no part that the cache had. */
import type { Usage } from "../conversation.ts";
import { readCount } from "../counts.ts";

/** Reads a model's counts; undefined where it reported none of its answer. */
export function readUsage(value: unknown): Usage | undefined {
  const counts: Readonly<Record<string, unknown>> = Object(value);
  const uncached = readCount(counts["input_tokens"]);
  const output = readCount(counts["output_tokens"]);
  if (uncached === undefined || output === undefined) return undefined;
  const cached = readCount(counts["cache_read_input_tokens"]);
  const cacheWritten = readCount(counts["cache_creation_input_tokens"]);
  const { thinking_tokens }: { thinking_tokens?: unknown } = Object(
    counts["output_tokens_details"],
  );
  const input = uncached + (cached ?? 0) + (cacheWritten ?? 0);
  const reasoning = readCount(thinking_tokens);
  return { input, output, total: input + output, cached, cacheWritten, reasoning };
}

/** Writes counts. What is not known is 0, for the format requires numbers. */
export function writeUsage(usage: Usage | undefined): object {
  const { input = 0, output = 0, cached = 0, cacheWritten = 0, reasoning } = usage ?? {};
  return {
    input_tokens: Math.max(0, input - cached - cacheWritten),
    cache_creation_input_tokens: cacheWritten,
    cache_read_input_tokens: cached,
    output_tokens: output,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
