/** Budgets of a gateway: what counts for which, and what is answered when one is used up. */
import { expect, test } from "vitest";

import type { GatewaySettings } from "../../local/account.ts";
import type { RequestOptions } from "../../local/gateway/options.ts";
import { SpendLimiter } from "../../local/gateway/spend-limits.ts";
import { openGateway } from "../support/gateway.ts";

type SpendLimit = NonNullable<GatewaySettings["spendLimits"]>["rules"][number];

type Rule = NonNullable<GatewaySettings["spendLimits"]>["rules"][number];

const USUAL: Rule = {
  id: "budget",
  enabled: true,
  limit: 1,
  limitType: "cost",
  window: 60,
  technique: "fixed",
};

const PRICED: RequestOptions = { customCost: { total_cost: 0.6 } };

test("a gateway over its budget answers 429 and asks no model, until the window is over", async () => {
  const { ask, clock, store } = open({});

  const answers = [await ask(PRICED), await ask(PRICED), await ask(PRICED)];
  clock.now += 60_000;

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(JSON.parse(answers[2]?.body ?? "")).toMatchObject({
    success: false,
    error: { message: "Spending limit exceeded", spent: 1.2, limit: 1 },
  });
  expect(store.list(1)).toMatchObject([{ status: 429, cost: undefined }]);
  expect((await ask(PRICED)).status).toBe(200);
});

test("without logs a request is counted all the same, at the stand-in's prices", async () => {
  const { ask } = open({ limit: 1e-6 }, { collectLogs: false });

  expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
});

test("a stream counts when it has ended", async () => {
  const { ask } = open({ limit: 1e-6 });
  const inputs = { messages: [{ role: "user", content: "Hi" }], stream: true };

  const first = await ask({}, inputs);
  const meanwhile = await ask({}, inputs);
  for (const { pieces } of [first, meanwhile]) await Array.fromAsync(pieces ?? []);

  expect([first.status, meanwhile.status]).toEqual([200, 200]);
  expect((await ask({}, inputs)).status).toBe(429);
});

test("a rule for one caller leaves the others alone", async () => {
  const { ask } = open({ metadata: { caller: { mode: "filter", values: ["ada"] } } });
  const as = (caller: string) => ask({ ...PRICED, metadata: { caller } });

  const ada = [await as("ada"), await as("ada"), await as("ada")];
  const ben = [await as("ben"), await as("ben"), await as("ben")];

  expect(ada.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(ben.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("the values of one filter share a budget", async () => {
  const { ask } = open({ metadata: { caller: { mode: "filter", values: ["ada", "ben"] } } });
  const as = (caller: string) => ask({ ...PRICED, metadata: { caller } });

  const answers = [await as("ada"), await as("ben"), await as("ada"), await as("eve")];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
});

test("a rule that is split gives each value a budget of its own", async () => {
  // As much as the limit uses it up.
  const { ask } = open({ limit: 0.6, metadata: { team: { mode: "partition" } } });
  const as = (team: string) => ask({ ...PRICED, metadata: { team } });

  const answers = [await as("a"), await as("b"), await as("a"), await as("b")];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 429]);
});

test.each([
  // The fixed window began with the first cost, at 0 s, and is over at 60 s.
  ["fixed", 30, 29, 429],
  ["fixed", 30, 30, 200],
  // At 60 s the trailing one still has the cost of 30 s.
  ["sliding", 30, 30, 429],
  ["sliding", 30, 60, 200],
] as const)("a %s window with costs at 0 and %i s counts %i s later as %i", async (...row) => {
  const [technique, second, later, status] = row;
  const { ask, clock } = open({ technique, limit: 0.5 }, {}, 0.25);

  await ask();
  clock.now += second * 1000;
  await ask(PRICED);
  clock.now += later * 1000;

  expect((await ask()).status).toBe(status);
});

test.each([
  ["a rule that is off", { enabled: false }, true],
  ["limits that are off", {}, false],
])("%s limits nothing", async (_, rule, enabled) => {
  const { ask } = open(rule, {}, 5, enabled);

  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
});

test("an answer from the cache is free, and comes over the limit too", async () => {
  const { ask } = open({ limit: 0.5 }, { cacheTtl: 600 });

  const answers = [await ask(PRICED), await ask(PRICED)];

  expect(answers.map(({ headers }) => headers["cf-aig-cache-status"])).toEqual(["MISS", "HIT"]);
});

test.each<[Partial<SpendLimit>, number]>([
  [{ model: { mode: "filter", values: ["meta/x"] } }, 1],
  [{ model: { mode: "filter", values: ["@cf/meta/x"] } }, 1],
  [{ model: { mode: "filter", values: ["meta/y", "meta/x"] } }, 1],
  [{ model: { mode: "filter", values: ["meta/y"] } }, 0],
  [{ model: { mode: "filter", values: ["proxy/@cf/meta/x"] } }, 0],
  [{ aiGatewayProvider: { mode: "filter", values: ["workers-ai"] } }, 1],
  [{ aiGatewayProvider: { mode: "filter", values: ["openai"] } }, 0],
])("a rule with %j counts %i calls of a model of Workers AI", (dimension, count) => {
  const limiter = new SpendLimiter(() => 0);
  const rules = [{ ...USUAL, limit: 0.5, ...dimension }];
  const spender = { gatewayId: "app", model: "@cf/meta/x", provider: "workers-ai", metadata: {} };

  limiter.add({ enabled: true, rules }, spender, 1);

  expect(limiter.find({ enabled: true, rules }, spender) === undefined ? 0 : 1).toBe(count);
});

test("what is free begins no fixed window", () => {
  const clock = { now: 0 };
  const limiter = new SpendLimiter(() => clock.now);
  const limits = { enabled: true, rules: [USUAL] };
  const spender = { gatewayId: "app", model: "openai/x", provider: "openai", metadata: {} };

  limiter.add(limits, spender, 0);
  clock.now = 30_000;
  limiter.add(limits, spender, 1);
  clock.now = 89_999;
  const before = limiter.find(limits, spender);
  clock.now = 90_000;

  expect(before).toMatchObject({ spent: 1, limit: 1 });
  expect(limiter.find(limits, spender)).toBeUndefined();
});

/** Opens a gateway with one rule of a dollar a minute, but for what a test changes. */
function open(
  rule: Partial<Rule>,
  settings: Partial<GatewaySettings> = {},
  total_cost?: number,
  enabled = true,
) {
  const rules = [{ ...USUAL, ...rule }];
  const running = openGateway({ settings: { ...settings, spendLimits: { enabled, rules } } });
  const costs: RequestOptions = total_cost === undefined ? {} : { customCost: { total_cost } };
  const ask = (options: RequestOptions = costs, inputs?: object) =>
    running.ask({ options, ...(inputs && { inputs }) });
  return { ...running, ask };
}
