/** Each promise of a stack file, kept, and broken by one fault. */
import { expect, test } from "vitest";

import { judgeGateway } from "../../ops/verify/gateway.ts";
import { judgeBindings } from "../../ops/verify/worker.ts";
import { gatewayFields, toApi } from "../../policy/gateway/mapping.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { stackWith } from "../support/settings.ts";
import { stack } from "../support/verify.ts";

const stored = toApi(gatewayFields(stack.settings));

test("a gateway as the program declares it keeps every promise", () => {
  expect(judgeGateway(stack.settings, stored)).toEqual([]);
  expect(judgeGateway(stackWith("dev").settings, STORED_DEV)).toEqual([]);
});

test.each([
  ["collect", { collect_logs: true }, "collect_logs is true, declared is off (logs.collect)"],
  [
    "the cap",
    { log_management: 10_000_000 },
    "log_management is 10000000, declared is 90000 (logs.maxEntries)",
  ],
  [
    "when full",
    { log_management_strategy: "STOP_INSERTING" },
    'log_management_strategy is "STOP_INSERTING", declared is "DELETE_OLDEST" (logs.whenFull)',
  ],
  [
    "authentication",
    { authentication: false },
    "authentication is off, declared is true (authentication)",
  ],
  [
    "authentication that is not told",
    { authentication: undefined },
    "authentication is not set, declared is true (authentication)",
  ],
  ["the cache", { cache_ttl: 0 }, "cache_ttl is off, declared is 300 (cache.ttlSeconds)"],
  [
    "the rate limit",
    { rate_limiting_limit: null },
    "rate_limiting_limit is off, declared is 600 (rateLimit.requests)",
  ],
  [
    "retries",
    { retry_max_attempts: 5 },
    "retry_max_attempts is 5, declared is 2 (retry.maxAttempts)",
  ],
  [
    "spend limits that a create dropped",
    { spend_limits: undefined },
    "spend_limits is not set, declared is on (spendLimits)",
  ],
  [
    "spend limits that are off",
    { spend_limits: { enabled: false, rules: [] } },
    "spend_limits is off, declared is on (spendLimits)",
  ],
  ["an export that is gone", { otel: [] }, "otel is off, declared is on (exports)"],
  [
    "an export to another place",
    { otel: [{ url: "https://evil.test/v1?key=SECRET", headers: {} }] },
    "otel is not as declared (exports)",
  ],
  [
    "a guardrail that only flags",
    { guardrails: { prompt: { P1: "FLAG" }, response: {} } },
    "guardrails is not as declared (guardrails)",
  ],
  ["data loss prevention that is gone", { dlp: null }, "dlp is off, declared is on (dlp)"],
  ["Logpush", { logpush: true }, "logpush is true, declared is off (logpush)"],
  [
    "a billing hook nobody declared",
    { stripe: { authorization: "SECRET" } },
    "stripe is on, declared is not set (every stack has it so)",
  ],
  [
    "classification",
    { log_classification: true },
    "log_classification is true, declared is off (logs.classification)",
  ],
])("a fault of %s is told, with no value that may be secret", (_, fault, message) => {
  expect(judgeGateway(stack.settings, { ...stored, ...fault })).toEqual([message]);
});

const LIMITED = {
  callers: [{ name: "web", sha256: "a".repeat(64), limitUsd: { usd: 5, windowSeconds: 60 } }],
};
const HASHED = { ...LIMITED, anonymousCallers: { key: "c3".repeat(32) } };

test("a caller's limit of money is compared, by number alone where its name is hashed", () => {
  const [named, hashed] = [stackWith("prod", LIMITED).settings, stackWith("prod", HASHED).settings];
  const found = (changes: object, caller: string) => {
    const [rule] = gatewayFields(named).spendLimits?.rules ?? [];
    const metadata = { caller: { mode: "filter", values: [caller] } };
    const rules = [{ ...rule, id: `caller-${caller}`, metadata, ...changes }];
    return { ...toApi(gatewayFields(named)), spend_limits: { enabled: true, rules } };
  };
  const differs = ["spend_limits is not as declared (spendLimits)"];

  expect(judgeGateway(named, found({}, "web"))).toEqual([]);
  expect(judgeGateway(named, found({}, "job"))).toEqual(differs);
  expect(judgeGateway(hashed, found({}, "0123456789abcdef01234567"))).toEqual([]);
  expect(judgeGateway(hashed, found({ limit: 6 }, "0123456789abcdef01234567"))).toEqual(differs);
  expect(judgeGateway(hashed, found({ metadata: {} }, "web"))).toEqual(differs);
});

test("limits of callers are compared with those that are bound", () => {
  const limit = { requests: 5, periodSeconds: 10 };
  const callers = [{ name: "web", sha256: "a".repeat(64), limit }];
  const limited = stackWith("prod", { callers });
  const around = { stackName: "prod", gatewayId: limited.settings.gatewayId, release: "r" };
  const bound = Object.entries(workerBindings(around, limited.settings)).flatMap(
    ([name, binding]) => (binding === undefined ? [] : [{ name, ...binding }]),
  );
  const other = { type: "ratelimit", simple: { limit: 9, period: 60 } };
  const rename = (name: string) => (name === "CALLER_LIMIT_5_PER_10S" ? other : {});

  expect(judgeBindings(limited, bound)).toEqual([]);
  expect(
    judgeBindings(
      limited,
      bound.map((each) => ({ ...each, ...rename(each.name) })),
    ),
  ).toEqual(["CALLER_LIMIT_5_PER_10S is 9 in 60 seconds, declared is 5 in 10"]);
  const [more, fewer] = [
    [...bound, { name: "CALLER_LIMIT_9_PER_60S", ...other }],
    bound.filter(({ name }) => !name.startsWith("CALLER_LIMIT_")),
  ];
  expect(judgeBindings(limited, more)).toEqual([
    "CALLER_LIMIT_9_PER_60S is bound, and the stack declares none",
  ]);
  expect(judgeBindings(limited, fewer)).toEqual(["CALLER_LIMIT_5_PER_10S is missing"]);
});

test("another order and the API's other words for off are no fault", () => {
  const reordered = {
    ...stored,
    otel: [{ headers: { Authorization: "another secret" }, url: "https://traces.test/v1" }],
    dlp: {
      policies: [
        {
          profiles: [
            "0b0b0b0b-0000-4000-8000-000000000002",
            "0b0b0b0b-0000-4000-8000-000000000001",
          ],
          check: ["RESPONSE", "REQUEST"],
          action: "FLAG",
          enabled: true,
          id: "keys",
        },
      ],
      enabled: true,
    },
    store_id: null,
    zdr: undefined,
    modified_at: "2026-11-22T00:00:00Z",
  };

  expect(judgeGateway(stack.settings, reordered)).toEqual([]);
});

/** As the API answers for a gateway of dev's kind. */
const STORED_DEV = {
  id: "shop-dev",
  authentication: true,
  byok_only: false,
  cache_invalidate_on_update: true,
  cache_ttl: null,
  collect_logs: true,
  created_at: "2026-11-22T00:00:00Z",
  is_default: false,
  log_classification: false,
  log_management: 10_000,
  log_management_strategy: "DELETE_OLDEST",
  logpush: false,
  logpush_public_key: null,
  rate_limiting_interval: 0,
  rate_limiting_limit: null,
  rate_limiting_technique: "fixed",
  store_id: "",
  workers_ai_billing_mode: "postpaid",
  zdr: false,
};
