/** Errors, as Anthropic's clients read them. https://platform.claude.com/docs/en/api/errors */
import type { Refusal } from "../../refusal.ts";

/** Anthropic's `type` of an error, by its status. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
  [504, "timeout_error"],
]);

/**
 * Makes the body of an error, which has the Worker's code and the wrong field in its details. `ids`
 * find the request in logs and traces.
 */
export function messagesError(refusal: Refusal, ids: object = {}): object {
  const { status, code, param } = refusal;
  const other = status < 500 ? "invalid_request_error" : "api_error";
  const type = code === "insufficient_quota" ? "billing_error" : (TYPES.get(status) ?? other);
  const { event_id: request_id }: { readonly event_id?: unknown } = ids;
  return {
    type: "error",
    error: {
      type,
      message: messageOf(refusal),
      details: { error_code: code, ...(param !== undefined && { param }) },
      ...ids,
    },
    ...(request_id !== undefined && { request_id }),
  };
}

/** Returns the message. Agents shorten their history where it has the words of Anthropic's own. */
function messageOf({ code, message }: Refusal): string {
  const isKnown = code !== "context_length_exceeded" || message.includes("prompt is too long");
  return isKnown ? message : `prompt is too long: ${message}`;
}
