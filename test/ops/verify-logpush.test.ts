/** The promises about copies and alerts. */
import { expect, test } from "vitest";

import { judgePolicy } from "../../ops/verify/alerts.ts";
import { judgeFields, judgeJob, judgeLifecycle } from "../../ops/verify/logpush.ts";
import { alertPolicies } from "../../policy/gateway/alerts.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackWith } from "../support/settings.ts";

const COPYING = stackWith("prod", {
  plan: "paid",
  tier: "development",
  logs: { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest" },
  logpush: { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY },
});
const SECRET = "0123456789abcdef".repeat(4);
const JOB = {
  enabled: true,
  destination_conf: `r2://app-logs/{DATE}?account-id=${SECRET.slice(32)}&secret-access-key=${SECRET}`,
  filter: '{"where":{"key":"Gateway","operator":"eq","value":"shop-prod"}}',
};

test("a Logpush job as the program declares it keeps every promise", () => {
  expect(judgeJob(COPYING, JOB)).toEqual([]);
});

test("a job pushes the declared fields that the account offers, and no other", () => {
  const job = (...field_names: string[]) => ({ output_options: { field_names } });
  const offered = ["Datetime", "Gateway", "RequestBody"];
  const full = { bodies: true };
  const bare = { bodies: false };

  expect(judgeFields(full, job(...offered), offered)).toEqual([]);
  expect(judgeFields(full, job("Gateway", "RequestBody"), offered)).toEqual([
    "does not push Datetime",
  ]);
  expect(judgeFields(full, job("Gateway", "Country"), undefined)).toEqual([
    "pushes Country, which is not declared",
  ]);
  expect(judgeFields(bare, job("Datetime", "Gateway"), offered)).toEqual([]);
  expect(judgeFields(bare, job(...offered), offered)).toEqual([
    "pushes RequestBody, which is not declared",
  ]);
  // A job that has Timestamp needs no Datetime.
  expect(judgeFields(bare, job("Timestamp", "Datetime", "Gateway"), undefined)).toEqual([
    "pushes Datetime, which is not declared",
  ]);
  // Such a job says nothing about its fields.
  expect(judgeFields(full, {}, offered)).toEqual([]);
});

test("a job's keys are in no message, wherever it pushes and whatever the API repeats", () => {
  const elsewhere = { destination_conf: `https://user:${SECRET}@sumo.test/receiver/${SECRET}` };
  const failing = { last_error: "2026-11-22", error_message: `no way to ${JOB.destination_conf}` };

  expect(judgeJob(COPYING, { ...JOB, ...elsewhere })).toEqual([
    "pushes to https://sumo.test, declared is r2://app-logs",
  ]);
  expect(judgeJob(COPYING, { ...JOB, ...failing })).toEqual([
    "fails since 2026-11-22: no way to r2://app-logs/{DATE}?account-id=…&secret-access-key=…",
  ]);
});

test("a notification that does not arrive, or reaches others, is told without its address", () => {
  const alerts = { email: "ops@example.com", webhook: "https://alerts.test/T0/key" };
  const [declared] = alertPolicies({ ...COPYING.settings, alerts });
  if (declared === undefined) throw new Error("the stack has no policy");
  const webhook = { id: "hook", last_failure: "2026-11-22T00:00:00Z" };
  const policy = {
    enabled: true,
    alert_type: declared.type,
    mechanisms: { email: [{ id: "ops@example.com" }], webhooks: [{ id: "hook" }] },
  };
  const judged = (found: object, hook: object | undefined = webhook) =>
    judgePolicy({ declared, alerts, webhook: hook }, { ...policy, ...found });

  expect(judged({})).toEqual(["calls a webhook that fails since 2026-11-22T00:00:00Z"]);
  expect(judged({}, { ...webhook, last_success: "2026-11-22T00:00:01Z" })).toEqual([]);
  expect(judged({}, { id: "other" })).toEqual(["does not call the declared webhook"]);
  const more = { ...policy.mechanisms, webhooks: [{ id: "hook" }, { id: "theirs" }] };
  expect(judged({ mechanisms: more }, { id: "hook" })).toEqual([
    "calls another webhook than the declared one",
  ]);
  // Somebody's address is in no log of CI.
  const emails = [{ id: "eve@acme.dev" }, { id: "mallory@acme.dev" }];
  expect(judged({ mechanisms: { ...policy.mechanisms, email: emails } }, { id: "hook" })).toEqual([
    "does not write to ops@example.com, and writes to 2 e-mail receivers that the stack does not declare",
  ]);
  expect(judged({ alert_type: `sk-live-${"a1B2".repeat(6)}` }, { id: "hook" })).toEqual([
    `is about (a key of 32 characters), declared is ${declared.type}`,
  ]);
  expect(judged({ filters: { product: ["r2"] } }, { id: "hook" })).toEqual([
    "has other filters than declared",
  ]);
});

test.each<[string, readonly unknown[], readonly string[]]>([
  ["as declared", [age(7, "old/"), age(30)], []],
  ["off", [{ ...age(30), enabled: false }], ["deletes no copies, declared is after 30 days"]],
  ["for a part", [age(30, "old/")], ["deletes no copies, declared is after 30 days"]],
  ["too late", [age(60)], ["deletes copies after 60 days, declared are 30"]],
  ["two, in any order", [age(30), age(7)], ["deletes copies after 7 days, declared are 30"]],
])("a bucket's rule %s is judged by the first that deletes all", (_, rules, problems) => {
  expect(judgeLifecycle(30, rules)).toEqual(problems);
});

function age(days: number, prefix = "") {
  const condition = { type: "Age", maxAge: days * 86_400 };
  return { enabled: true, conditions: { prefix }, deleteObjectsTransition: { condition } };
}
