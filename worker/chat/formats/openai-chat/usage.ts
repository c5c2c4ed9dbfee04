/** Token counts in OpenAI's chat format. */
import type { Usage } from "../conversation.ts";
import { readCount, readCounts } from "../counts.ts";

/** Reads a model's counts; undefined where one is missing and cannot be derived. */
export function readUsage(value: unknown): Usage | undefined {
  const {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...rest
  }: Readonly<Record<string, unknown>> = Object(value);
  const counts = readCounts({
    input: prompt_tokens,
    output: completion_tokens,
    total: total_tokens,
  });
  if (counts === undefined) return undefined;
  const { prompt_tokens_details: ofInput, completion_tokens_details: ofOutput } = rest;
  return {
    ...counts,
    cached: readCount(Object(ofInput).cached_tokens),
    reasoning: readCount(Object(ofOutput).reasoning_tokens),
    more: rest,
  };
}

/** Writes counts. */
export function writeUsage({ input, output, total, cached, reasoning, more }: Usage): object {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: total,
    ...(cached !== undefined && { prompt_tokens_details: { cached_tokens: cached } }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
    ...more,
  };
}
