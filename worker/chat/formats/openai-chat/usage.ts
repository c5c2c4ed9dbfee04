/** Token counts in OpenAI's chat form. */
import type { Usage } from "../conversation.ts";

/**
 * Reads a model's counts. Models leave some out, or write null: what is missing is derived from the
 * total, and where that cannot be done the whole is undefined, for no count is better than a wrong
 * one.
 */
export function readUsage(value: unknown): Usage | undefined {
  const {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    ...rest
  }: Readonly<Record<string, unknown>> = Object(value);
  const total = count(total_tokens);
  const input = count(prompt_tokens) ?? minus(total, count(completion_tokens));
  const output = count(completion_tokens) ?? minus(total, input);
  if (input === undefined || output === undefined) return undefined;
  const { prompt_tokens_details: ofInput, completion_tokens_details: ofOutput } = rest;
  return {
    input,
    output,
    total: total ?? input + output,
    cached: count(Object(ofInput).cached_tokens),
    reasoning: count(Object(ofOutput).reasoning_tokens),
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

function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function minus(total: number | undefined, part: number | undefined): number | undefined {
  return total === undefined || part === undefined || part > total ? undefined : total - part;
}
