import { expect, test } from "vitest";

import { messagesError } from "../../../worker/chat/formats/anthropic-messages/errors.ts";
import type { Refusal } from "../../../worker/chat/refusal.ts";

// https://platform.claude.com/docs/en/api/errors
const STATUSES = [400, 401, 403, 404, 405, 413, 415, 429, 500, 502, 503, 504] as const;
const TYPES: Readonly<Record<Refusal["status"], string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "request_too_large",
  415: "invalid_request_error",
  429: "rate_limit_error",
  500: "api_error",
  502: "api_error",
  503: "overloaded_error",
  504: "timeout_error",
};
const refusal = (changes: Partial<Refusal>): Refusal => ({
  status: 400,
  code: "invalid_value",
  message: "any message",
  ...changes,
});

test("each status has Anthropic's type", () => {
  const types = STATUSES.map((status) => {
    const { error }: { readonly error?: { readonly type?: string } } = messagesError(
      refusal({ status }),
    );
    return [status, error?.type];
  });

  expect(Object.fromEntries(types)).toEqual(TYPES);
});

test("an error has the Worker's code, the wrong field and the request's ids", () => {
  const ids = { event_id: "event", log_id: null, trace_id: "trace" };

  expect(messagesError(refusal({ param: "messages.0" }), ids)).toEqual({
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "any message",
      details: { error_code: "invalid_value", param: "messages.0" },
      ...ids,
    },
    request_id: "event",
  });
});

test("an account without money is a matter of billing", () => {
  expect(messagesError(refusal({ status: 429, code: "insufficient_quota" }))).toMatchObject({
    error: { type: "billing_error" },
  });
});

test.each([
  ["it has 9000 tokens, at most 8192", "prompt is too long: it has 9000 tokens, at most 8192"],
  ["prompt is too long: 9 tokens > 8", "prompt is too long: 9 tokens > 8"],
])("too long a prompt has the words that agents match: %s", (message, expected) => {
  const code = "context_length_exceeded";

  expect(messagesError(refusal({ code, message }))).toMatchObject({ error: { message: expected } });
});
