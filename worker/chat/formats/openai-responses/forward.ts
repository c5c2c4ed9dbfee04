/** Makes a model's inputs from a request in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { ChatRequest } from "../format.ts";
import { isOpaque } from "../opaque.ts";
import { includeFor } from "./include.ts";

interface Fields {
  readonly input?: unknown;
  readonly include?: readonly string[];
  readonly store?: boolean;
}

/**
 * Returns the request's own fields. What was thought by a model of another format, or by another
 * than the requested one, proves nothing here and is left out.
 */
export function forwardRequest(
  { fields, isStreamed }: ChatRequest,
  model: Model,
  isRequested: boolean,
): object {
  const { input, include, ...rest }: Fields = fields;
  const kept = Array.isArray(input) ? input.filter((item) => isOwn(item, isRequested)) : input;
  const isStored = rest.store === true;
  return {
    ...rest,
    input: kept,
    ...(isStored ? include && { include } : includeFor(model, include)),
    ...(isStreamed && { stream: true }),
  };
}

function isOwn(item: unknown, isRequested: boolean): boolean {
  const { type, encrypted_content }: Readonly<Record<string, unknown>> = Object(item);
  const isProof = type === "reasoning" || type === "compaction";
  return !isProof || (isRequested && !isOpaque(encrypted_content));
}
