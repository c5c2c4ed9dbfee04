/**
 * What a failed call means for the caller. The gateway's codes and statuses: docs/failures.md, with
 * their sources. A fault of the deployment is ours (5xx), never the caller's: a 401 from the
 * gateway is not a wrong caller token.
 */
import type { Refusal } from "../refusal.ts";

const MISCONFIGURED = { status: 500, code: "gateway_misconfigured" } as const;
const NO_MONEY = { status: 429, code: "insufficient_quota" } as const;
const BLOCKED = { status: 400, code: "content_filter" } as const;
const BAD_INPUT = { status: 400, code: "invalid_request" } as const;
const RATE_LIMITED: Refusal = {
  status: 429,
  code: "rate_limit_exceeded",
  message: "too many requests; try again later",
};
const DENIED: Refusal = {
  status: 403,
  code: "denied_by_policy",
  message: "this account's policy does not allow the call",
};
/** The model took longer than the stack's limit, or the platform's. */
export const timedOut: Refusal = {
  status: 504,
  code: "upstream_timeout",
  message: "the model took too long",
};
const REJECTED: Refusal = { ...BAD_INPUT, message: "the model does not accept this request" };
const NOT_FOUND: Refusal = {
  status: 404,
  code: "model_not_found",
  message: "Workers AI does not know this model",
};

/** The model gave no answer at all. */
export const noAnswer: Refusal = {
  status: 502,
  code: "upstream_error",
  message: "the model did not answer",
};

/** A successful answer in an unknown form. */
export const unreadable: Refusal = {
  status: 502,
  code: "bad_model_output",
  message: "the model's answer cannot be read",
};

/** The refusals by the code of the gateway or of Workers AI. */
export const BY_CODE: Readonly<Record<number, Refusal>> = {
  // AI Gateway
  2001: { ...MISCONFIGURED, message: "the stack's gateway does not exist; deploy the stack again" },
  2002: unreadable,
  2003: RATE_LIMITED,
  2005: noAnswer,
  2009: { ...MISCONFIGURED, message: "the gateway refused the Worker" },
  2016: { ...BLOCKED, message: "the prompt was blocked by a guardrail" },
  2017: { ...BLOCKED, message: "a guardrail blocked the call" },
  2019: REJECTED,
  2021: { ...NO_MONEY, message: "the account has no AI Gateway credits left" },
  2029: { ...BLOCKED, message: "the request was blocked by data loss prevention" },
  2030: { ...BLOCKED, message: "the answer was blocked by data loss prevention" },
  2047: { ...MISCONFIGURED, message: "the provider does not accept the stored credentials" },
  2049: { ...NO_MONEY, message: "the provider account has no balance left" },
  7003: NOT_FOUND,
  7013: {
    status: 503,
    code: "guardrails_unavailable",
    message: "a guardrail that must pass is not available",
  },
  // Workers AI
  3003: REJECTED,
  3006: {
    status: 413,
    code: "request_too_large",
    message: "the request is too large for the model",
  },
  3007: timedOut,
  3008: timedOut,
  3023: DENIED,
  3036: { ...NO_MONEY, message: "the account's daily Workers AI allocation is used up" },
  3039: REJECTED,
  3040: { ...RATE_LIMITED, message: "the model has no capacity right now; try again later" },
  3041: DENIED,
  3042: NOT_FOUND,
  5004: REJECTED,
  5005: REJECTED,
  5007: NOT_FOUND,
  5016: DENIED,
  5018: DENIED,
  5019: REJECTED,
  5023: { ...BAD_INPUT, message: "the model does not stream a json_schema; leave out stream" },
  5025: { ...BAD_INPUT, message: "the model does not take a json_schema as response_format" },
};

/**
 * The refusals by status, where there is no code: the spend limit and the policies answer without
 * one.
 */
export const BY_STATUS: Readonly<Record<number, Refusal>> = {
  402: { ...NO_MONEY, message: "the account has no AI Gateway credits left" },
  403: DENIED,
  408: timedOut,
  424: { ...BLOCKED, message: "a guardrail blocked the call" },
  429: RATE_LIMITED,
  503: { ...noAnswer, status: 503, code: "upstream_unavailable" },
  504: timedOut,
};

/** Returns the documented refusal for an answer of the gateway that is not a success. */
export function describeFailure(status: number, body: unknown): Refusal {
  const code = readCode(body);
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known !== undefined) return known;
  if (status === 429 && isSpendLimit(body)) {
    return { ...NO_MONEY, message: "a spend limit of the gateway is reached" };
  }
  return BY_STATUS[status] ?? noAnswer;
}

/** A stream that broke off: what came before is no whole answer. */
export const cut: Refusal = {
  ...noAnswer,
  code: "upstream_cut",
  message: "the model's answer broke off",
};

/** The request is JSON, but nested so deeply that it cannot be written again. */
export const tooDeep: Refusal = { ...BAD_INPUT, message: "the request is nested too deeply" };

/**
 * Finds the code in the three places where it is seen: `internalCode`, the gateway's `error` list,
 * Workers AI's `errors` list.
 */
function readCode(body: unknown): number | undefined {
  const { internalCode, error, errors }: Readonly<Record<string, unknown>> = Object(body);
  const items: unknown[] = [error, errors].filter(Array.isArray).flat();
  const codes = items.map((item): unknown => Object(item).code);
  return [internalCode, ...codes].find((code) => typeof code === "number");
}

function isSpendLimit(body: unknown): boolean {
  return JSON.stringify(body ?? "").includes("Spending limit");
}
