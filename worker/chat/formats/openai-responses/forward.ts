/** Makes a model's inputs from a request in OpenAI's Responses format. */
import type { ChatRequest } from "../format.ts";
import { isOpaque } from "../opaque.ts";

/**
 * Returns the request's own fields. What was thought by a model of another format, or by another
 * than the requested one, proves nothing here and is left out.
 */
export function forwardRequest({ fields, isStreamed }: ChatRequest, isRequested: boolean): object {
  const { input }: { readonly input?: unknown } = fields;
  const kept = Array.isArray(input) ? input.filter((item) => isOwn(item, isRequested)) : input;
  return { ...fields, input: kept, ...(isStreamed && { stream: true }) };
}

function isOwn(item: unknown, isRequested: boolean): boolean {
  const { type, encrypted_content }: Readonly<Record<string, unknown>> = Object(item);
  const isProof = type === "reasoning" || type === "compaction";
  return !isProof || (isRequested && !isOpaque(encrypted_content));
}
