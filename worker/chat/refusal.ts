/** Refusals, as OpenAI's clients read them. https://platform.openai.com/docs/guides/error-codes */
import * as v from "valibot";

import { parseJson } from "../json.ts";

// A message has what is allowed, and not what was sent: it may end in a caller's log.
v.setGlobalMessage(({ type, expected, received, input }) => {
  if (received === "undefined") return "missing";
  const length = `${received} ${Array.isArray(input) ? "items" : "characters"}, `;
  return `${type.endsWith("_length") ? length : ""}expected ${describe(expected)}`;
});

/** Describes valibot's `string`, `>=1` and `("none" | "auto")`; for a whole number it has null. */
function describe(expected: string | null): string {
  if (expected === null) return "a whole number";
  return (
    TYPE_NAMES.get(expected) ??
    expected
      .replace(/^>=(.+)/, "$1 or more")
      .replace(/^<=(.+)/, "$1 or less")
      .replaceAll(/[()]/g, "")
      .replaceAll(" | ", " or ")
  );
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["Array", "a list"],
  ["Object", "an object"],
]);

/** OpenAI's `type` of an error, by its status. */
export const ERROR_TYPES = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "invalid_request_error",
  405: "invalid_request_error",
  413: "invalid_request_error",
  415: "invalid_request_error",
  429: "rate_limit_error",
  500: "server_error",
  502: "server_error",
  503: "server_error",
  504: "server_error",
} as const;

/** The codes of refusals. */
export type Code =
  | "access_unavailable"
  | "bad_model_output"
  | "content_filter"
  | "content_policy_violation"
  | "context_length_exceeded"
  | "cross_site"
  | "denied_by_policy"
  | "gateway_misconfigured"
  | "guardrails_unavailable"
  | "insufficient_quota"
  | "internal_error"
  | "invalid_api_key"
  | "invalid_encoding"
  | "invalid_json"
  | "invalid_request"
  | "invalid_value"
  | "log_not_found"
  | "method_not_allowed"
  | "misconfigured"
  | "model_not_found"
  | "not_found"
  | "not_supported"
  | "rate_limit_exceeded"
  | "request_too_large"
  | "unsupported_encoding"
  | "unsupported_parameter"
  | "upstream_cut"
  | "upstream_error"
  | "upstream_timeout"
  | "upstream_unavailable";

/** Why a request is refused, as OpenAI's API reports it. */
export interface Refusal {
  readonly status: keyof typeof ERROR_TYPES;
  readonly code: Code;
  readonly message: string;
  readonly param?: string;
  /** Whether every other model would meet it, too. */
  readonly isForAll?: boolean;
}

/** Returns whether the same request cannot succeed, whatever SDKs make of the status. */
export function isHopeless({ code }: Refusal): boolean {
  return ["gateway_misconfigured", "misconfigured", "insufficient_quota"].includes(code);
}

/** Ends a request with a refusal, whose message may be shown to the caller. */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: Refusal, headers: RefusalError["headers"] = {}) {
    super(refusal.message);
    this.refusal = refusal;
    this.headers = headers;
  }
}

/**
 * Makes the body of an error. `ids` find the request in logs and traces; OpenAI's clients ignore
 * them.
 */
export function errorBody(refusal: Refusal, ids: object = {}): object {
  const { status, message, code, param } = refusal;
  return { error: { message, type: ERROR_TYPES[status], param: param ?? null, code, ...ids } };
}

// Names as the formats have them: others could not stand in a header.
const FIELD_NAME = /^[A-Za-z][\w.-]{0,63}$/;
const MAX_NAMES = 20;

/**
 * Lists a request's top-level fields that have a value and stand in none of the lists, as far as
 * they look like names of fields. They reach no model.
 */
export function unknownFields(json: object, ...known: readonly object[]): readonly string[] {
  return Object.entries(json)
    .filter(([name, value]) => value !== null && !known.some((each) => Object.hasOwn(each, name)))
    .map(([name]) => name)
    .filter((name) => FIELD_NAME.test(name))
    .slice(0, MAX_NAMES);
}

/** Fields that would change an answer and are not served, each with the values that change nothing. */
export type Unsupported = Readonly<Record<string, readonly unknown[]>>;

/**
 * Parses the body of a request. Throws a RefusalError that names every field that is wrong. Absent
 * and null mean the same, as in OpenAI's own clients; what the schema does not name is dropped.
 */
export function readRequest<Schema extends v.GenericSchema>(
  body: string,
  schema: Schema,
  unsupported: Unsupported = {},
): v.InferOutput<Schema> {
  return checkRequest(parseObject(body), schema, unsupported);
}

/** Checks a request that is parsed already, as `readRequest` does. */
export function checkRequest<Schema extends v.GenericSchema>(
  json: object,
  schema: Schema,
  unsupported: Unsupported = {},
): v.InferOutput<Schema> {
  for (const [field, usual] of Object.entries(unsupported)) {
    const value: unknown = Object.hasOwn(json, field) ? Reflect.get(json, field) : undefined;
    const isUsual = usual.some((each) => JSON.stringify(each) === JSON.stringify(value));
    if (value !== undefined && value !== null && !isUsual) {
      throw badRequest("unsupported_parameter", `${field} is not supported; leave it out`, field);
    }
  }
  const result = v.safeParse(schema, json, { abortPipeEarly: true });
  if (result.success) return result.output;
  const [first] = result.issues;
  const text = result.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ");
  throw badRequest("invalid_value", text, v.getDotPath(first) ?? undefined);
}

/** Makes a RefusalError with status 400; `param` is the path of the wrong field. */
export function badRequest(code: Code, message: string, param?: string): RefusalError {
  const refusal = { status: 400, code, message } as const;
  return new RefusalError(param === undefined ? refusal : { ...refusal, param });
}

/** Parses a body that must be a JSON object. Throws a RefusalError. */
export function parseObject(body: string): object {
  const json = parseJson(body);
  if (json === undefined) throw badRequest("invalid_json", "body is not JSON");
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw badRequest("invalid_json", "body is not a JSON object");
}
