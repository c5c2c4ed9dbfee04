/** What the headers and the binding's options of a request say, and what is no such option. */
import { expect, test } from "vitest";

import {
  bindingGateway,
  readBindingOptions,
  readHeaderOptions,
  retryConfig,
} from "../../local/gateway/options.ts";

const SIX = { a: 1, b: "2", c: true, d: null, e: 5, f: 6 };
const FIVE = { a: 1, b: "2", c: true, d: null, e: 5 };
const TRACE = "ab".repeat(16);
const PARENT = "cd".repeat(8);

// https://developers.cloudflare.com/ai-gateway/glossary/
test.each<[Record<string, string | string[]>, object]>([
  [{ "cf-aig-collect-log": "true" }, { collectLog: true }],
  [{ "cf-aig-collect-log": "FALSE" }, { collectLog: false }],
  [{ "cf-aig-collect-log": ["true", "false"] }, { collectLog: true }],
  [{ "cf-aig-collect-log-payload": "false" }, { collectLogPayload: false }],
  [{ "cf-aig-skip-cache": "True" }, { skipCache: true }],
  [{ "cf-skip-cache": "true" }, { skipCache: true }],
  [{ "cf-aig-cache-ttl": "3600" }, { cacheTtlSeconds: 3600 }],
  [{ "cf-aig-cache-ttl": "60", "cf-cache-ttl": "70" }, { cacheTtlSeconds: 60 }],
  [{ "cf-cache-ttl": "70" }, { cacheTtlSeconds: 70 }],
  [{ "cf-aig-cache-ttl": "soon" }, {}],
  [{ "cf-aig-cache-key": "k" }, { cacheKey: "k" }],
  [{ "cf-aig-event-id": "e" }, { eventId: "e" }],
  [{ "cf-aig-max-attempts": "3" }, { maxAttempts: 3 }],
  [{ "cf-aig-retry-delay": "250" }, { retryDelayMs: 250 }],
  [{ "cf-aig-backoff": "linear" }, { backoff: "linear" }],
  [{ "cf-aig-backoff": "never" }, {}],
  [{ "cf-aig-byok-alias": "batch" }, { byokAlias: "batch" }],
  [{ "cf-aig-no-wholesale": "true" }, { noWholesale: true }],
  [{ "cf-aig-custom-cost": '{"total_cost":7}' }, { customCost: { total_cost: 7 } }],
  [{ "cf-aig-custom-cost": "7" }, {}],
  // Five entries are kept. One that is no plain value voids the header.
  [{ "cf-aig-metadata": JSON.stringify(SIX) }, { metadata: FIVE }],
  [{ "cf-aig-metadata": '{"a":{"b":1}}' }, {}],
  [{ "cf-aig-metadata": "a=1" }, {}],
  [{ "cf-aig-otel-trace-id": TRACE }, { traceId: TRACE }],
  [{ "cf-aig-otel-trace-id": TRACE.toUpperCase() }, { traceId: TRACE }],
  [{ "cf-aig-otel-parent-span-id": PARENT }, { parentSpanId: PARENT }],
  // Too short, too long, no hexadecimal digits at the start or at the end, and nothing but zeros.
  [{ "cf-aig-otel-trace-id": PARENT, "cf-aig-otel-parent-span-id": TRACE }, {}],
  [{ "cf-aig-otel-trace-id": `xy${TRACE.slice(2)}` }, {}],
  [{ "cf-aig-otel-trace-id": `${TRACE.slice(2)}xy` }, {}],
  [{ "cf-aig-otel-trace-id": "0".repeat(32) }, {}],
  [{ "collect-log": "true", "cf-collect-log": "true" }, {}],
])("the headers %j say %j", (headers, options) => {
  expect(readHeaderOptions(headers)).toEqual(options);
});

test("the binding's options say the same, under the names of its types", () => {
  const retries = { maxAttempts: 2, retryDelayMs: 10, backoff: "exponential" } as const;
  const flags = { collectLog: false, skipCache: true, cacheTtl: 60, cacheKey: "k", eventId: "e" };
  const given = { id: "app", ...flags, metadata: SIX, retries, zdr: true };

  const { id, ...options } = bindingGateway.parse(given);

  expect(id).toBe("app");
  expect(readBindingOptions(options)).toEqual({
    collectLog: false,
    skipCache: true,
    cacheTtlSeconds: 60,
    cacheKey: "k",
    metadata: FIVE,
    eventId: "e",
    ...retries,
  });
  expect(readBindingOptions({})).toEqual({});
});

test.each([
  {},
  { id: "" },
  { id: "app", metadata: { a: {} } },
  { id: "app", retries: { backoff: "never" } },
  { id: "app", retries: { maxAttempts: "2" } },
])("the binding's options are refused as %j", (given) => {
  expect(bindingGateway.safeParse(given).success).toBe(false);
});

// The universal endpoint has a name of its own for the delay.
test("the configuration of a call names its delay `retryDelay`, and hides nothing that it lacks", () => {
  const config = { maxAttempts: 2, retryDelay: 10, backoff: "constant" } as const;

  expect(retryConfig.parse(config)).toEqual({
    maxAttempts: 2,
    retryDelayMs: 10,
    backoff: "constant",
  });
  expect(Object.keys(retryConfig.parse({}))).toEqual([]);
});
