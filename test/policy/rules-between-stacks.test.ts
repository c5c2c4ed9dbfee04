/** The rules between the stacks of one account. */
import { expect, test } from "vitest";

import type { Stack } from "../../policy/stack/stack.ts";
import { stackWith } from "../support/settings.ts";
import { LEGACY, LOGPUSH, worker, SHORT_STREAMS, broken } from "../support/rules.ts";

const neighbour = (name: string, changes: object) => ({
  ...stackWith("dev", { gatewayId: `gw-${name}`, worker: worker({ name }), ...changes }),
  name,
});

test("two stacks of one account with one gateway, or one Worker, are found", () => {
  const twin = neighbour("twin", { gatewayId: "shop-dev", worker: worker({ name: "talk-dev" }) });

  expect(broken(stackWith("dev"), [twin])).toEqual([
    "error shared-gateway: gatewayId is shop-dev, which stack twin has too",
    "error shared-worker: worker.name is talk-dev, which stack twin has too",
  ]);
});

test("a Worker of one stack with the name of another's retention Worker is found from both", () => {
  const keeping = stackWith("dev", { logs: { ...LEGACY, keepDays: 7 } });
  const twin = neighbour("twin", { worker: worker({ name: "talk-dev-retention" }) });

  expect(broken(keeping, [twin])).toEqual([
    "error shared-worker: worker.name makes talk-dev-retention, which stack twin has too",
  ]);
  expect(broken(twin, [{ ...keeping, name: "dev" }])).toEqual([
    "error shared-worker: worker.name is talk-dev-retention, which stack dev has too",
  ]);
});

test("two stacks that would keep their copies in one bucket are found", () => {
  const copying = { plan: "paid", logs: { ...LEGACY, collect: "full" }, logpush: LOGPUSH };

  expect(broken(stackWith("dev", copying), [neighbour("twin", copying)])).toEqual([
    "error shared-bucket: logpush.bucket is app-logs, which stack twin has too",
  ]);
});

test("a Logpush job more than an account has is found", () => {
  const copying = (bucket: string) => ({
    plan: "paid",
    logs: { ...LEGACY, collect: "full" },
    logpush: { ...LOGPUSH, bucket },
  });
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => neighbour(`s${index}`, copying(`logs-${index}`)));

  expect(broken(stackWith("dev", copying("mine")), many(3))).toEqual([]);
  expect(broken(stackWith("dev", copying("mine")), many(4))).toEqual([
    "warning too-many-logpush-jobs: logpush makes one of 5 Logpush jobs, over the account's 4",
  ]);
  expect(broken(stackWith("dev", { plan: "paid" }), many(5))).toEqual([]);
});

test("a retention Worker more than the plan has cron triggers is found", () => {
  const logs = { ...LEGACY, maxEntries: 10_000, keepDays: 7 };
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => neighbour(`s${index}`, { logs }));
  const found =
    "warning too-many-retention-workers: logs.keepDays makes one of 6 retention Workers";

  expect(broken(stackWith("dev", { logs }), many(4))).toEqual([]);
  expect(broken(stackWith("dev", { logs }), many(5))).toEqual([`${found}, over the free plan's 5`]);
  expect(broken(stackWith("dev"), many(6))).toEqual([]);
});

test("stacks of two accounts may be alike, and an account that is not named may be any", () => {
  const twin = neighbour("twin", { gatewayId: "shop-dev", plan: "paid" });

  expect(broken(stackWith("dev"), [{ ...twin, accountId: "f".repeat(32) }])).toEqual([]);
  expect(broken(stackWith("dev"), [{ ...twin, accountId: undefined }])).toHaveLength(2);
  expect(broken({ ...stackWith("dev"), accountId: undefined }, [twin])).toHaveLength(2);
});

test("stacks of one account that disagree about it are found", () => {
  const other = neighbour("other", {
    plan: "paid",
    logSystem: "observability",
    logs: { collect: "none" },
  });

  expect(broken(stackWith("prod"), [other])).toEqual([
    "error account-facts-differ: plan is free, and paid in stack other",
    "error account-facts-differ: logSystem is legacy, and observability in stack other",
    SHORT_STREAMS,
  ]);
});

test("the caps of an account add up, and a paid plan has room for them", () => {
  const logs = { ...LEGACY, maxEntries: 90_001 };
  const stack = (changes: object) => stackWith("prod", { logs, ...changes });
  const others = (plan: string) => [neighbour("a", { plan })];

  expect(broken(stack({}), others("free"))).toEqual([
    "error cap-over-plan: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
    SHORT_STREAMS,
  ]);
  expect(broken(stack({ plan: "paid" }), others("paid"))).toEqual([]);
});

test("a cap is the affair of legacy logs alone", () => {
  const logs = { ...LEGACY, maxEntries: 100_001 };
  const observed = { logSystem: "observability", logs: { collect: "none" } };
  const found = (stack: Stack, other: Stack) =>
    broken(stack, [other]).filter((text) => text.includes("cap-over-plan"));

  expect(found(stackWith("prod", { logs }), neighbour("a", observed))).toEqual([
    "error cap-over-plan: logs.maxEntries makes 100001 with the account's other stacks, over the free plan's 100000",
  ]);
  expect(found(stackWith("prod", observed), neighbour("a", { logs }))).toEqual([]);
});

test("a stack more than the plan has gateways is found", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      neighbour(`s${index}`, { logSystem: "observability", logs: { collect: "none" } }),
    );
  const stack = stackWith("prod", { logSystem: "observability", logs: { collect: "none" } });

  expect(broken(stack, many(9))).toEqual([SHORT_STREAMS]);
  expect(broken(stack, many(10))).toEqual([
    "error too-many-gateways: gatewayId is one of 11 gateways, over the free plan's 10",
    SHORT_STREAMS,
  ]);
});
