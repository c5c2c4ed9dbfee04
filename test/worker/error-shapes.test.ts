/** What is read of an error, whoever reports it and in whatever shape. */
import { expect, test } from "vitest";

import { readError } from "../../worker/chat/models/error-body.ts";
import {
  namesField,
  saysNoBalance,
  saysNoNeurons,
  saysOwnKey,
  saysTooLong,
  saysWrongKey,
} from "../../worker/chat/models/error-words.ts";
import { describeFailure, isOfRequest, isWorthAnother } from "../../worker/chat/models/failures.ts";

test.each<[string, unknown, object]>([
  ["nothing", undefined, { numbers: [], names: [], text: "" }],
  ["null", null, { numbers: [], names: [], text: "" }],
  ["a text", "busy", { text: "busy" }],
  ["a page", " <html>busy", { text: "" }],
  ["an empty message before another", { error: { message: "" }, detail: "busy" }, { text: "busy" }],
  ["OpenAI's", { error: { message: "busy", type: "T", code: "C" } }, { names: ["c", "t"] }],
  ["Anthropic's", { type: "error", error: { type: "T", message: "busy" } }, { text: "busy" }],
  ["Google's", [{ error: { code: 400, status: "S", message: "busy" } }], { numbers: [400] }],
  ["Workers AI's", { errors: [{ code: 5007, message: "busy" }] }, { numbers: [5007] }],
  ["the gateway's", { internalCode: 2001, error: [{ code: 2002 }] }, { numbers: [2001, 2002] }],
  ["FastAPI's", { detail: [{ msg: "busy" }] }, { text: "busy" }],
  ["a response's", { response: { error: { message: "busy", code: "c" } } }, { text: "busy" }],
  ["a code of 0", { error: { code: 0 } }, { numbers: [] }],
  ["a code below 0", { error: { code: -5 } }, { numbers: [] }],
  ["a code as text", { error: { code: "5007" } }, { numbers: [5007], names: ["5007"] }],
  [
    "JSON within a message, which is nearer",
    { error: { message: 'x: {"error":{"message":"inner","code":"i"}}', code: "o" } },
    { text: "inner", names: ["i", "o"] },
  ],
  ["a list within a message", { error: 'x [{"error":{"message":"inner"}}]' }, { text: "inner" }],
  ["what only looks like JSON", { error: "x {inner" }, { text: "x {inner" }],
  ["a number within a message", { error: "x 5 [" }, { text: "x 5 [" }],
])("%s error is read", (_, body, error) => {
  expect(readError(body)).toMatchObject(error);
});

test.each([
  ["AiError: 5007: x", 5007],
  ["5007: x", 5007],
  ["error code: 5007", 5007],
  ["Error 5007: x", 5007],
  ["ERROR: 5007", 5007],
  ["code 5007: x", 5007],
  ["x (5007)", 5007],
  ["x [5007] y", 5007],
  ["at most 5007 items", undefined],
  ["code: 50071", undefined],
  ["code: 500", undefined],
  ["x 5007: y", undefined],
])("the code of %j is %s", (message, code) => {
  expect(readError({ error: { message } }).numbers).toEqual(code === undefined ? [] : [code]);
});

test.each<[unknown, number | undefined]>([
  [{ code: 400 }, 400],
  [{ code: 599 }, 599],
  [{ code: 600 }, undefined],
  [{ code: 399 }, undefined],
  [{ code: 5007, status: 429 }, 429],
  ...Object.entries({
    invalid_request_error: 400,
    authentication_error: 401,
    permission_error: 403,
    not_found_error: 404,
    request_too_large: 413,
    rate_limit_error: 429,
    timeout_error: 504,
    overloaded_error: 503,
    BadRequestError: 400,
    invalid_api_key: 401,
    model_not_found: 404,
    NotFoundError: 404,
    rate_limit_exceeded: 429,
    INVALID_ARGUMENT: 400,
    FAILED_PRECONDITION: 400,
    UNAUTHENTICATED: 401,
    PERMISSION_DENIED: 403,
    NOT_FOUND: 404,
    RESOURCE_EXHAUSTED: 429,
    UNAVAILABLE: 503,
    DEADLINE_EXCEEDED: 504,
  }).map(([type, status]): [object, number] => [{ type }, status]),
])("the status of %j is %s", (error, status) => {
  expect(readError({ error }).status).toBe(status);
});

test("a message is one harmless line of bounded length", () => {
  const text = readError({ error: `  a\n\u202Eb ${"x".repeat(600)}` }).text;

  expect(text).toBe(`a b ${"x".repeat(496)}`);
  expect(readError({ error: `${"x".repeat(499)}😀` }).text).toBe(`${"x".repeat(499)}\uFFFD`);
});

test.each([
  ["x", { n_prompt_tokens: 9, n_ctx: 8 }, "x (9 tokens > 8 maximum)"],
  ["9 of 8", { n_prompt_tokens: 9, n_ctx: 8 }, "9 of 8"],
  ["9", { n_prompt_tokens: 9, n_ctx: 8 }, "9 (9 tokens > 8 maximum)"],
  ["8", { n_prompt_tokens: 9, n_ctx: 8 }, "8 (9 tokens > 8 maximum)"],
  ["x", { n_prompt_tokens: 9 }, "x"],
  ["x", { n_ctx: 8 }, "x"],
])("llama.cpp's counts stand in its message: %j with %j", (message, counts, text) => {
  expect(readError({ error: { message, ...counts } }).text).toBe(text);
});

test.each<[unknown, string | undefined]>([
  ["tools[0].name", "tools[0].name"],
  ["a".repeat(100), "a".repeat(100)],
  ["a".repeat(101), undefined],
  ["", undefined],
  ["a b", undefined],
  ["é", undefined],
  [5, undefined],
])("a param of %j is a path or none: %s", (param, path) => {
  expect(readError({ error: { param } }).param).toBe(path);
});

test.each([
  "maximum context length is 8",
  "max prompt length",
  "max input length",
  "max sequence length",
  "max model length",
  "exceeds the context length",
  "greater than the context window",
  "longer than the context size",
  "larger than the context limit",
  "more tokens than the context window",
  "context window is exceeded",
  "context length of 8 exceeded",
  "prompt is too long",
  "input too long",
  "token count (9) exceeds 8",
  "token limit of 8 exceeded",
  "token count 9, but the model only supports 8",
  "it exceeds the token limit",
  "reduce the length of the messages",
  "Reduce the length of your prompt",
  "reduce the length of the input",
  "too many tokens",
  "too many input tokens",
  "too many prompt tokens",
  "context the overflows",
  "a context length of only 8",
  "`inputs` tokens + `max_new_tokens`",
  "inputs must have less than 8 tokens",
  "Range of input length should be",
  "Prompt exceeds max length",
  "input length 9 exceeds 8",
  "input length exceeds",
])("%j is a prompt that is too long", (text) => {
  expect(saysTooLong(text)).toBe(true);
});

test.each([
  "the context is unknown",
  "max_tokens is too large",
  "string too long",
  "reduce the length of the name",
  "too many images",
  "a token",
])("%j is no prompt that is too long", (text) => {
  expect(saysTooLong(text)).toBe(false);
});

test.each<[string, (text: string) => boolean, readonly string[], readonly string[]]>([
  [
    "a field",
    namesField,
    [
      "invalid input",
      "invalid value",
      "invalid type",
      "invalid request",
      "invalid param",
      "invalid argument",
      "invalid body",
      "top_p must be 1",
      "required",
      "missing",
      "expected 1",
      "field x",
      "parameter x",
      "property x",
      "option x",
      "schema x",
      "unrecognized x",
      "unsupported x",
      "x is not supported",
      "x is not allowed",
    ],
    [
      "x",
      "no such model: a required name",
      "unknown model, expected another",
      "invalid model value",
      "unsupported model",
      "model x not found, expected y",
      "the model does not exist; expected y",
      "model unknown; expected y",
      "model x is not supported",
      "model unavailable; expected y",
      "model not available; expected y",
    ],
  ],
  [
    "a key of the account's own",
    saysOwnKey,
    ["use BYOK", "store a key", "keys are missing"],
    ["a monkey", "no credits; or use BYOK", "no Credit, no key"],
  ],
  [
    "an empty account",
    saysNoBalance,
    [
      "credit balance is too low",
      "insufficient balance",
      "Insufficient credits",
      "insufficient funds",
      "insufficient quota",
      "exceeded your current quota",
      "check your plan and billing",
      "check your billing",
      "no use of any credits",
      "used all available credits",
      "your specified API usage limits",
      "specified usage limits",
    ],
    ["quota", "credits", "billing address", "usage limits"],
  ],
  [
    "the day's neurons",
    saysNoNeurons,
    ["used up your daily free allocation of 10,000 neurons", "Daily Free Allocation"],
    ["daily allocation"],
  ],
  [
    "a wrong key",
    saysWrongKey,
    [
      "API key not valid",
      "api key is invalid",
      "api key is incorrect",
      "api key is missing",
      "api key has expired",
      "invalid API key",
      "incorrect provider api key",
      "missing provider credentials",
      "no credentials",
    ],
    ["api key", "credentials", "invalid key"],
  ],
])("%s is told by these words, and not by those", (_, says, these, those) => {
  expect(these.filter((text) => !says(text))).toEqual([]);
  expect(those.filter(says)).toEqual([]);
});

test.each([
  [400, "invalid_request", true],
  [404, "model_not_found", true],
  [413, "request_too_large", true],
  [400, "content_filter", false],
  [429, "rate_limit_exceeded", false],
  [502, "upstream_error", false],
] as const)("a fault with %i and %s is the request's own: %s", (status, code, expected) => {
  expect(isOfRequest({ status, code, message: "" })).toBe(expected);
});

test.each([
  [502, "upstream_error", {}, true],
  [503, "upstream_unavailable", {}, true],
  [504, "upstream_timeout", {}, true],
  [429, "rate_limit_exceeded", {}, true],
  [429, "rate_limit_exceeded", { isForAll: true }, false],
  [429, "insufficient_quota", {}, false],
  [500, "gateway_misconfigured", {}, false],
  [400, "invalid_request", {}, false],
] as const)("a failure with %i, %s and %j is worth another: %s", (status, code, more, expected) => {
  expect(isWorthAnother({ status, code, message: "", ...more })).toBe(expected);
});

const named = (code: string) => ({ error: { message: "x", code } });

test.each<[string, number, unknown, string]>([
  [
    "a rate of tokens, though its words are others'",
    429,
    { error: "too many tokens" },
    "rate_limit_exceeded",
  ],
  [
    "Google's rate of money",
    429,
    { error: { status: "RESOURCE_EXHAUSTED", message: "exceeded your current quota" } },
    "rate_limit_exceeded",
  ],
  ["an empty account elsewhere", 500, { error: "insufficient balance" }, "upstream_error"],
  ["an empty account with 402", 402, { error: "insufficient balance" }, "insufficient_quota"],
  ["neurons elsewhere", 500, { error: "daily free allocation" }, "upstream_error"],
  ["a spend limit", 429, "Spending limit exceeded", "insufficient_quota"],
  ["a spend limit elsewhere", 500, "Spending limit exceeded", "upstream_error"],
  ["a wrong key elsewhere", 500, { error: "invalid api key" }, "upstream_error"],
  ["a 403 with a name alone", 403, { error: { type: "forbidden" } }, "gateway_misconfigured"],
  ["a 403 of no policy", 403, { success: true, error: { message: "x" } }, "gateway_misconfigured"],
  [
    "a 403 with a list",
    403,
    { success: false, error: [{ message: "x" }] },
    "gateway_misconfigured",
  ],
  ["a 403 with a text", 403, { success: false, error: "x" }, "gateway_misconfigured"],
  ["a policy", 403, { success: false, error: { message: "x" } }, "denied_by_policy"],
  ["a name that every object has", 400, named("constructor"), "invalid_request"],
  [
    "a name around which 2005 stands",
    400,
    { internalCode: 2005, ...named("insufficient_quota") },
    "insufficient_quota",
  ],
  [
    "a name around which 2019 stands",
    400,
    { internalCode: 2019, ...named("model_not_found") },
    "model_not_found",
  ],
  [
    "a name around which 2003 stands",
    429,
    { internalCode: 2003, ...named("insufficient_quota") },
    "rate_limit_exceeded",
  ],
  [
    "an unknown code before a known one",
    400,
    { internalCode: 9999, error: [{ code: 2001 }] },
    "gateway_misconfigured",
  ],
  ["a status within 502", 502, { error: { code: 429 } }, "rate_limit_exceeded"],
  ["a status within another", 500, { error: { code: 429 } }, "upstream_error"],
  ["a status nobody knows", 418, {}, "upstream_error"],
  ["2021 on money", 402, { internalCode: 2021, error: "no credits" }, "insufficient_quota"],
  ["2021 on a key", 402, { internalCode: 2021, error: "store a key" }, "gateway_misconfigured"],
  ["another code on a key", 400, { internalCode: 2019, error: "store a key" }, "invalid_request"],
  ["7003 on a field", 400, { internalCode: 7003, error: "missing" }, "invalid_request"],
  ["another code on a field", 400, { internalCode: 5007, error: "missing" }, "model_not_found"],
])("%s is described", (_, status, body, code) => {
  expect(describeFailure(status, body).code).toBe(code);
});

test("a fault of the request quotes its message and its field, and no other fault does", () => {
  const error = { message: "busy", param: "stop" };

  expect(describeFailure(400, { error })).toMatchObject({
    message: "the model does not accept this request: busy",
    param: "stop",
  });
  expect(describeFailure(400, {})).toEqual({
    status: 400,
    code: "invalid_request",
    message: "the model does not accept this request",
  });
  expect(describeFailure(500, { error })).toEqual({
    status: 502,
    code: "upstream_error",
    message: "the model did not answer",
  });
});
