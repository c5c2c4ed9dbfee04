/** What a request asks a model to include, so that its reasoning goes on in the next request. */
import type { Model } from "../../env.ts";

/** The field in which reasoning comes back though the provider keeps nothing. */
const ENCRYPTED = "reasoning.encrypted_content";

/**
 * OpenAI's models that do not reason: they refuse that field with 400.
 * https://github.com/microsoft/agent-framework/issues/7483
 */
const WITHOUT_REASONING = /^openai\/(?:gpt-[34]|chatgpt-|gpt-\d[\d.]*-chat)/;

/** Makes the field `include` of a request that nothing is stored of. */
export function includeFor({ id }: Model, asked: readonly string[] = []): object {
  const others = asked.filter((field) => field !== ENCRYPTED);
  const include = WITHOUT_REASONING.test(id) ? others : [...others, ENCRYPTED];
  return include.length === 0 ? {} : { include };
}
