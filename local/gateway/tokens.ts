/** Reads the token counts of answers, in every form, whole or streamed. */
import { z } from "zod";

import { parseJson } from "../../policy/json.ts";
import { dataOf, isStream } from "./events.ts";

/** The token counts of an answer; both are absent where one is, or is no count. */
interface Tokens {
  readonly tokensIn?: number;
  readonly tokensOut?: number;
}

// An invalid count is left out, rather than kept as something that the page cannot show.
const count = z.int().nonnegative().optional().catch(undefined);
// OpenAI's chat format and Workers AI have the first two names, Responses and Messages the others.
const usage = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count,
  input_tokens: count,
  output_tokens: count,
  // Of Messages; what is read from a cache, or written to it, is not among its input_tokens.
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
});
const holder = z.looseObject({ usage: usage.optional().catch(undefined) });
const answer = z.looseObject({
  ...holder.shape,
  response: holder.optional().catch(undefined),
  message: holder.optional().catch(undefined),
});

/** Reads the counts of an answer, or the last ones of each kind of a stream. */
export function readTokens(body: string): Tokens {
  let tokens: Tokens = {};
  const texts = isStream(body) ? dataOf(body).filter((data) => data.includes('"usage"')) : [body];
  for (const text of texts) tokens = { ...tokens, ...read(text) };
  const { tokensIn, tokensOut } = tokens;
  return tokensIn === undefined || tokensOut === undefined ? {} : { tokensIn, tokensOut };
}

function read(text: string): Tokens {
  const parsed = answer.safeParse(parseJson(text)).data;
  const found = parsed?.usage ?? parsed?.response?.usage ?? parsed?.message?.usage;
  if (found === undefined) return {};
  const { cache_read_input_tokens: cached = 0, cache_creation_input_tokens: written = 0 } = found;
  const tokensIn =
    found.prompt_tokens ??
    (found.input_tokens === undefined ? undefined : found.input_tokens + cached + written);
  const tokensOut = found.completion_tokens ?? found.output_tokens;
  return {
    ...(tokensIn !== undefined && { tokensIn }),
    ...(tokensOut !== undefined && { tokensOut }),
  };
}
