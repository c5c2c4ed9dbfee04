/**
 * What a failed call means for the caller. The gateway's codes and statuses: docs/failures.md, with
 * their sources. A fault of the deployment is ours (5xx), never the caller's: a 401 from the
 * gateway is not a wrong caller token.
 */
import type { Refusal } from "../refusal.ts";
import { readError, type ReportedError } from "./error-body.ts";
import {
  namesField,
  saysNoBalance,
  saysNoNeurons,
  saysOwnKey,
  saysTooLong,
  saysWrongKey,
} from "./error-words.ts";

const MISCONFIGURED = { status: 500, code: "gateway_misconfigured" } as const;
const NO_MONEY = { status: 429, code: "insufficient_quota" } as const;
const BLOCKED = { status: 400, code: "content_filter" } as const;
const BAD_INPUT = { status: 400, code: "invalid_request" } as const;
const NO_BALANCE = { ...NO_MONEY, message: "the provider account has no balance left" } as const;
const WRONG_KEY: Refusal = {
  ...MISCONFIGURED,
  message: "the provider does not accept the stored credentials",
};
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
  message: "the provider does not know this model",
};
const TOO_LARGE: Refusal = {
  status: 413,
  code: "request_too_large",
  message: "the request is too large for the model",
};
// The words of both OpenAI and Anthropic: agents compact their history when they read them.
const TOO_LONG: Refusal = {
  status: 400,
  code: "context_length_exceeded",
  message: "prompt is too long for the model's maximum context length",
};
/** The model's own filter, which is not the gateway's. */
const FILTERED: Refusal = {
  status: 400,
  code: "content_policy_violation",
  message: "the model's content filter refused the request",
};
/** The gateway's own limit, which every other model would meet, too. */
const GATEWAY_LIMIT: Refusal = { ...RATE_LIMITED, isForAll: true };

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

const UNAVAILABLE: Refusal = { ...noAnswer, status: 503, code: "upstream_unavailable" };
const DAILY_ALLOCATION: Refusal = {
  ...NO_MONEY,
  message: "the account's daily Workers AI allocation is used up",
};
const NO_KEY: Refusal = {
  ...MISCONFIGURED,
  message: "the provider needs a key of the account's own; store one in the gateway",
};

/** The refusals by the code of the gateway or of Workers AI. */
export const BY_CODE: Readonly<Record<number, Refusal>> = {
  // AI Gateway
  2001: { ...MISCONFIGURED, message: "the stack's gateway does not exist; deploy the stack again" },
  2002: unreadable,
  2003: GATEWAY_LIMIT,
  2005: noAnswer,
  2009: { ...MISCONFIGURED, message: "the gateway refused the Worker" },
  2016: { ...BLOCKED, message: "the prompt was blocked by a guardrail" },
  2017: { ...BLOCKED, message: "a guardrail blocked the call" },
  2019: REJECTED,
  2021: { ...NO_MONEY, message: "the account has no AI Gateway credits left" },
  2029: { ...BLOCKED, message: "the request was blocked by data loss prevention" },
  2030: { ...BLOCKED, message: "the answer was blocked by data loss prevention" },
  2047: WRONG_KEY,
  2049: NO_BALANCE,
  7003: NOT_FOUND,
  7013: {
    status: 503,
    code: "guardrails_unavailable",
    message: "a guardrail that must pass is not available",
  },
  // Workers AI
  3003: REJECTED,
  3006: TOO_LARGE,
  3007: timedOut,
  3008: timedOut,
  3010: REJECTED,
  3023: DENIED,
  3030: FILTERED,
  3036: DAILY_ALLOCATION,
  3039: REJECTED,
  3040: { ...RATE_LIMITED, message: "the model has no capacity right now; try again later" },
  3041: DENIED,
  3042: NOT_FOUND,
  4006: DAILY_ALLOCATION,
  5004: REJECTED,
  5005: REJECTED,
  5006: REJECTED,
  5007: NOT_FOUND,
  5016: DENIED,
  5018: DENIED,
  5019: REJECTED,
  5021: TOO_LONG,
  5023: { ...BAD_INPUT, message: "the model does not stream a json_schema; leave out stream" },
  5025: { ...BAD_INPUT, message: "the model does not take a json_schema as response_format" },
  5035: { ...MISCONFIGURED, message: "the model needs the Workers Paid plan" },
  8001: REJECTED,
  8006: REJECTED,
};

/**
 * The refusals by the name that OpenAI, Anthropic, Google and model servers give an error, whatever
 * its status is.
 */
export const BY_NAME: Readonly<Record<string, Refusal>> = {
  context_length_exceeded: TOO_LONG,
  exceed_context_size_error: TOO_LONG,
  insufficient_quota: NO_BALANCE,
  exceeded_current_quota_error: NO_BALANCE,
  insufficient_balance: NO_BALANCE,
  insufficient_credits: NO_BALANCE,
  billing_error: NO_BALANCE,
  billing_not_active: NO_BALANCE,
  billing_hard_limit_reached: NO_BALANCE,
  model_not_found: NOT_FOUND,
  content_filter: FILTERED,
  content_policy_violation: FILTERED,
  moderation_blocked: FILTERED,
  data_inspection_failed: FILTERED,
};

/**
 * The refusals by status, where there is no code: the spend limit and the policies answer without
 * one.
 */
export const BY_STATUS: Readonly<Record<number, Refusal>> = {
  400: REJECTED,
  401: WRONG_KEY,
  402: { ...NO_MONEY, message: "the account has no AI Gateway credits left" },
  403: DENIED,
  404: NOT_FOUND,
  408: timedOut,
  410: NOT_FOUND,
  413: TOO_LARGE,
  415: REJECTED,
  422: REJECTED,
  424: { ...BLOCKED, message: "a guardrail blocked the call" },
  429: RATE_LIMITED,
  503: UNAVAILABLE,
  504: timedOut,
  529: UNAVAILABLE,
};

/** A stream that broke off: what came before is no whole answer. */
export const cut: Refusal = {
  ...noAnswer,
  code: "upstream_cut",
  message: "the model's answer broke off",
};

/** The request is JSON, but nested so deeply that it cannot be written again. */
export const tooDeep: Refusal = { ...BAD_INPUT, message: "the request is nested too deeply" };

/**
 * Returns the refusal for an answer that is not a success, or for an error in place of one; its
 * status is then 502. A fault of the request quotes the model's own message.
 */
export function describeFailure(status: number, body: unknown): Refusal {
  const error = readError(body);
  const refusal = find(status, error, body);
  if (!isOfRequest(refusal)) return refusal;
  const { text, param } = error;
  return {
    ...refusal,
    ...(text !== "" && { message: `${refusal.message}: ${text}` }),
    ...(param !== undefined && { param }),
  };
}

/** Returns whether a fault is the request's own, which the model's message helps to mend. */
export function isOfRequest({ status, code }: Refusal): boolean {
  return [400, 404, 413].includes(status) && code !== BLOCKED.code;
}

/**
 * Returns whether another model may succeed: this one is slow, busy or broken, and the request is
 * not at fault.
 */
export function isWorthAnother(refusal: Refusal): boolean {
  if (refusal.isForAll === true) return false;
  return [502, 503, 504].includes(refusal.status) || refusal.code === RATE_LIMITED.code;
}

// When the gateway's own limit may have room again: its period is not known here (chosen).
const RETRY_LATER = { "retry-after": "10" } as const;

/** Returns the headers that say when a repeat may succeed: the failed answer's, or our own. */
export function retryHeaders(answer: Headers, refusal: Refusal): Readonly<Record<string, string>> {
  const after = answer.get("retry-after");
  const isValid =
    after !== null && (/^\d+(?:\.\d+)?$/.test(after) || !Number.isNaN(Date.parse(after)));
  if (isValid) return { "retry-after": after };
  return refusal.isForAll === true ? RETRY_LATER : {};
}

function find(status: number, error: ReportedError, body: unknown): Refusal {
  const { numbers, names, text } = error;
  // Bedrock's "too many tokens" with 429 is a rate limit.
  if (status !== 429 && saysTooLong(text)) return TOO_LONG;
  const code = numbers.find((each) => BY_CODE[each] !== undefined) ?? 0;
  const coded = bySense(code, text) ?? BY_CODE[code];
  const name = names.find((each) => Object.hasOwn(BY_NAME, each)) ?? "";
  const named = Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
  // Either of the two codes stands around whatever a provider reports.
  const known = coded === REJECTED || coded === noAnswer ? (named ?? coded) : (coded ?? named);
  if (known !== undefined) return known;
  // An error within an answer names its own status, or none.
  return byStatus((status === 502 ? error.status : undefined) ?? status, error, body);
}

/** Returns the refusal for a code that stands for two faults, as its message tells them apart. */
function bySense(code: number, text: string): Refusal | undefined {
  if (code === 2021 && saysOwnKey(text)) return NO_KEY;
  if (code === 7003 && namesField(text)) return REJECTED;
  return undefined;
}

function byStatus(status: number, { text, names }: ReportedError, body: unknown): Refusal {
  if (status === 429 && isSpendLimit(body)) {
    return { ...NO_MONEY, message: "a spend limit of the gateway is reached" };
  }
  if (status === 429 && saysNoNeurons(text)) return DAILY_ALLOCATION;
  // Google says of its rates what others say of money.
  const isRate = names.includes("resource_exhausted");
  // Anthropic and Google report it with 400, xAI with 403.
  if ([400, 402, 403, 429].includes(status) && saysNoBalance(text) && !isRate) return NO_BALANCE;
  // Without a message it is Cloudflare's: a provider says what it does not allow.
  const isReported = text !== "" || names.length > 0;
  if (status === 403 && isReported && !isPolicy(body)) return WRONG_KEY;
  if (status === 400 && saysWrongKey(text)) return WRONG_KEY;
  return BY_STATUS[status] ?? noAnswer;
}

/** Returns whether a policy of the account refused the call: its envelope is Cloudflare's own. */
function isPolicy(body: unknown): boolean {
  const { success, error }: Readonly<Record<string, unknown>> = Object(body);
  return success === false && typeof error === "object" && !Array.isArray(error);
}

function isSpendLimit(body: unknown): boolean {
  return JSON.stringify(body ?? "").includes("Spending limit");
}
