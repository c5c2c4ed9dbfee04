import { expect, test } from "vitest";

import { MODEL_WAYS } from "../support/endpoint-requests.ts";
import { waitFor } from "../support/project.ts";
import { errorOf, startWorker, type Reply } from "../support/workerd.ts";

/** An error of the gateway as it is seen on the wire. */
const ofGateway = (httpCode: number, code: number) => ({
  status: httpCode,
  body: {
    success: false,
    result: [],
    messages: [],
    error: [{ code, message: "as the gateway words it" }],
    name: "AiGatewayError",
    httpCode,
    internalCode: code,
  },
});
const ofWorkersAi = (status: number, code: number) => ({
  status,
  body: { errors: [{ code, message: "as Workers AI words it" }] },
});
const ofProvider = (status: number) => ({
  status,
  body: { error: { message: "as the provider words it", type: null, param: null, code: null } },
});
type Fault = readonly [name: string, reply: Reply, status: number, code: string];

const plain = (status: number, body: unknown) => ({ status, body });

const FAULTS: readonly Fault[] = [
  ["no such gateway", ofGateway(400, 2001), 500, "gateway_misconfigured"],
  ["unreadable model output", ofGateway(400, 2002), 502, "bad_model_output"],
  ["the gateway's rate limit", ofGateway(429, 2003), 429, "rate_limit_exceeded"],
  ["a provider that fails", ofGateway(400, 2005), 502, "upstream_error"],
  ["a gateway that refuses the Worker", ofGateway(401, 2009), 500, "gateway_misconfigured"],
  ["a guardrail on the prompt", ofGateway(424, 2016), 400, "content_filter"],
  ["a guardrail on the answer", ofGateway(422, 2017), 400, "content_filter"],
  ["no credits", ofGateway(402, 2021), 429, "insufficient_quota"],
  ["DLP on the request", ofGateway(424, 2029), 400, "content_filter"],
  ["DLP on the answer", ofGateway(424, 2030), 400, "content_filter"],
  ["wrong stored credentials", ofGateway(401, 2047), 500, "gateway_misconfigured"],
  ["no balance", ofGateway(402, 2049), 429, "insufficient_quota"],
  ["a guardrail scanner that is down", ofGateway(503, 7013), 503, "guardrails_unavailable"],
  ["a model that is denied", ofWorkersAi(403, 5018), 403, "denied_by_policy"],
  ["a model that is too slow", ofWorkersAi(408, 3007), 504, "upstream_timeout"],
  ["the daily allocation", ofWorkersAi(429, 3036), 429, "insufficient_quota"],
  ["the daily allocation, in its other word", ofWorkersAi(429, 4006), 429, "insufficient_quota"],
  ["a model of the paid plan", ofWorkersAi(403, 5035), 500, "gateway_misconfigured"],
  ["a provider that refuses the stored key", ofProvider(401), 500, "gateway_misconfigured"],
  ["a provider that forbids the stored key", ofProvider(403), 500, "gateway_misconfigured"],
  ["a provider's limit", ofProvider(429), 429, "rate_limit_exceeded"],
  ["a page in place of a limit", plain(429, "<html>Too many requests"), 429, "rate_limit_exceeded"],
  ["no capacity", ofWorkersAi(429, 3040), 429, "rate_limit_exceeded"],
  ["a code in internalCode alone", plain(400, { internalCode: 2019 }), 400, "invalid_request"],
  ["a code in error alone", plain(400, { error: [{ code: 2019 }] }), 400, "invalid_request"],
  [
    "an account policy",
    plain(403, { success: false, error: { message: "Access denied by policy" } }),
    403,
    "denied_by_policy",
  ],
  [
    "a spend limit",
    plain(429, { error: { message: "Spending limit exceeded", spent: 5, limit: 5 } }),
    429,
    "insufficient_quota",
  ],
  ["an unknown code", ofGateway(418, 9999), 502, "upstream_error"],
  ["a page in place of JSON", plain(500, "<html>"), 502, "upstream_error"],
];

/** A fault of the request: the caller can mend it, so the model's own message is quoted. */
const OF_REQUEST: readonly Fault[] = [
  ["a malformed request", ofGateway(400, 2019), 400, "invalid_request"],
  ["a model unknown to the catalogue", ofGateway(400, 7003), 404, "model_not_found"],
  ["a model's bad input", ofWorkersAi(400, 5004), 400, "invalid_request"],
  ["a schema where the model streams", ofWorkersAi(400, 5023), 400, "invalid_request"],
  ["a schema for a model that takes none", ofWorkersAi(400, 5025), 400, "invalid_request"],
  ["a prompt too large for its model", ofWorkersAi(413, 3006), 413, "request_too_large"],
  ["a request that does not fit the model", ofWorkersAi(400, 5006), 400, "invalid_request"],
  ["a prompt over the window", ofWorkersAi(413, 5021), 400, "context_length_exceeded"],
  ["a model's own filter", ofWorkersAi(400, 3030), 400, "content_policy_violation"],
  ["an input that the model refuses", ofWorkersAi(400, 8001), 400, "invalid_request"],
  ["an input that the model refuses, otherwise", ofWorkersAi(400, 8006), 400, "invalid_request"],
  ["a field that a provider refuses", ofProvider(400), 400, "invalid_request"],
  ["a model that a provider does not know", ofProvider(404), 404, "model_not_found"],
  ["a body that is too large for a provider", ofProvider(413), 413, "request_too_large"],
  ["a request that a provider cannot process", ofProvider(422), 400, "invalid_request"],
];

test.each([
  ...FAULTS.map((fault) => [...fault, false] as const),
  ...OF_REQUEST.map((fault) => [...fault, true] as const),
])("%s has its documented status, code and line, however it was asked", async (...failure) => {
  const [, reply, status, code, isQuoted] = failure;
  const headers = { "cf-aig-log-id": "log-of-failure", "retry-after": "7" };
  const worker = await startWorker({ reply: () => ({ ...reply, headers }) });

  for (const { name, path, method, body } of MODEL_WAYS) {
    const response = await worker.ask(path, { method, body: body() });
    const error = await errorOf(response);

    expect([name, response.status, error["code"]]).toEqual([name, status, code]);
    expect(String(error["message"]).includes("words it")).toBe(isQuoted);
    expect(response.headers.get("x-log-id")).toBe("log-of-failure");
    expect(response.headers.get("x-event-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("x-request-id")).toBe(response.headers.get("x-event-id"));
    expect(response.headers.get("retry-after")).toBe("7");
  }
  const lines = await waitFor(
    () => (worker.lines.length === MODEL_WAYS.length ? worker.lines : undefined),
    () => worker.lines.join("\n"),
  );
  for (const [index, { route }] of MODEL_WAYS.entries()) {
    expect(JSON.parse(lines[index] ?? "")).toMatchObject({
      route,
      status,
      code,
      logId: "log-of-failure",
    });
  }
  expect(lines.join()).not.toContain("words it");
});
