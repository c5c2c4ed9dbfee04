/** Callers with models and limits of their own: what page, difference, Worker and gateway make of them. */
import { createHmac } from "node:crypto";

import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import { asLogged } from "../../policy/gateway/callers.ts";
import { gatewayFields } from "../../policy/gateway/mapping.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { stackWith } from "../support/settings.ts";

const WEB = { name: "web", sha256: "a".repeat(64) };
const JOB = { name: "job", sha256: "b".repeat(64) };
const FIVE = { requests: 5, periodSeconds: 10 };
const DOLLAR = { usd: 1, windowSeconds: 86_400 };
const worker = {
  name: "w",
  models: ["@cf/a/b", { id: "openai/gpt-5", name: "big" }],
  callerLimit: { requests: 100, periodSeconds: 60 },
};
const stack = (callers: readonly object[], changes: Record<string, unknown> = {}) =>
  stackWith("prod", { worker, callers, ...changes });

function bindingsOf(callers: readonly object[]) {
  const around = { stackName: "prod", gatewayId: "g", release: "r" };
  return workerBindings(around, stack(callers).settings);
}

test("the Worker gets a caller's models by id, and the name of its limit", () => {
  const { CALLERS } = bindingsOf([{ ...WEB, models: ["big", "@cf/a/b"], limit: FIVE }, JOB]);

  expect(JSON.parse(CALLERS.text)).toEqual([
    { ...WEB, models: ["openai/gpt-5", "@cf/a/b"], limit: "CALLER_LIMIT_5_PER_10S" },
    JOB,
  ]);
});

test("each distinct limit is one binding, however many callers have it", () => {
  const twenty = { requests: 20, periodSeconds: 60 };
  const callers = [
    { ...WEB, limit: FIVE },
    { ...JOB, limit: FIVE },
    { name: "ci", sha256: "c".repeat(64), limit: twenty },
  ];
  const limits = Object.entries(bindingsOf(callers)).filter(([name]) =>
    name.startsWith("CALLER_LIMIT"),
  );

  expect(Object.fromEntries(limits)).toEqual({
    CALLER_LIMIT: { type: "ratelimit", simple: { limit: 100, period: 60 } },
    CALLER_LIMIT_5_PER_10S: { type: "ratelimit", simple: { limit: 5, period: 10 } },
    CALLER_LIMIT_20_PER_60S: { type: "ratelimit", simple: { limit: 20, period: 60 } },
  });
});

test("the gateway gets one limit of money for each caller, by the name in its logs", async () => {
  const callers = [
    { ...WEB, limitUsd: DOLLAR },
    { ...WEB, sha256: "c".repeat(64), limitUsd: DOLLAR },
    JOB,
  ];
  const key = "d".repeat(64);
  const hash = createHmac("sha256", key).update("web").digest("hex").slice(0, 24);
  const rule = (name: string) => ({
    id: `caller-${name}`,
    enabled: true,
    limit: 1,
    limitType: "cost",
    window: 86_400,
    technique: "fixed",
    metadata: { caller: { mode: "filter", values: [name] } },
  });
  const rulesOf = async (changes: Record<string, unknown>) =>
    gatewayFields(await asLogged(stack(callers, changes).settings)).spendLimits;

  expect(await rulesOf({})).toEqual({ enabled: true, rules: [rule("web")] });
  expect(await rulesOf({ anonymousCallers: { key } })).toEqual({
    enabled: true,
    rules: [rule(hash)],
  });
});

test("the page tells whose models and limits they are, and what holds of the others", async () => {
  const limited = { ...WEB, models: ["big"], limit: FIVE, limitUsd: DOLLAR };
  const { facts } = await stateStack(stack([limited, JOB]));
  const answer = (id: string) => facts.find((fact) => fact.id === id)?.answer;

  expect(answer("callers")).toBe(
    "web (key aaaaaaaa…; only big), job (key bbbbbbbb…), each with a token",
  );
  expect(answer("limits")).toBe(
    "600 requests in 60 seconds (sliding) for all callers together, 5 requests in 10 seconds for caller web, at each location, 100 requests in 60 seconds for each other caller, at each location, 1 USD in 86,400 seconds (fixed) for caller web, best effort, 1,000,000 bytes a request, 120 seconds a model, 10 ms of CPU time a request, so that long streamed answers end early",
  );
});

test.each<[string, object, object, string]>([
  ["models absent → big", {}, { models: ["big"] }, "more private"],
  ["models big → absent", { models: ["big"] }, {}, "less private"],
  [
    "models big → @cf/a/b, big",
    { models: ["big"] },
    { models: ["@cf/a/b", "big"] },
    "less private",
  ],
  ["limit.requests 5 → 6", { limit: FIVE }, { limit: { ...FIVE, requests: 6 } }, "neutral"],
  ["limitUsd.usd 1 → 2", { limitUsd: DOLLAR }, { limitUsd: { ...DOLLAR, usd: 2 } }, "neutral"],
])("a caller's %s is judged", (change, from, to, effect) => {
  const changes = compareStacks(stack([{ ...WEB, ...from }]), stack([{ ...WEB, ...to }]));

  expect(changes.map((each) => `${each.effect}: ${each.path} ${each.from} → ${each.to}`)).toEqual([
    `${effect}: callers.web (token aaaaaaaa).${change}`,
  ]);
});
