/** Who can read an account's logs. */
import { expect, test } from "vitest";

import { ACCOUNT_ID } from "../support/scripted-account.ts";
import { DAY, audit, about } from "../support/audit.ts";

test.each<[string, object, string | undefined]>([
  ["of a reader, within its limits", {}, undefined],
  ["named as infra names it", { name: "ai-gateway shop-dev reader oncall" }, undefined],
  ["of nobody", { name: "old" }, "can read every log of the account (until 2027-01-01T00:00:00Z"],
  ["that never expires", { expires_on: undefined }, "it never expires, and the reader's last day"],
  ["that lives a second too long", { expires_on: "2027-01-01T00:00:01Z" }, "it is good until 2027"],
  [
    "without networks",
    { condition: undefined },
    "it works from anywhere, and the reader only from",
  ],
  ["with one network more", from(DAY.from, "0.0.0.0/0"), "it works from 0.0.0.0/0, where the"],
  ["that may write", groups("AI Gateway Write"), undefined],
])("a token %s is judged", async (_, change, wrong) => {
  const token = { ...readerToken(), ...change };
  const findings = await audit({ tokens: [token] });

  const found = about(findings, token.name);
  expect(found?.kind).toBe(wrong === undefined ? "kept" : "broken");
  expect(found?.message).toContain(wrong ?? "a declared reader");
});

test.each<[string, object]>([
  ["another permission", groups("AI Gateway Run")],
  ["another account", policy("b".repeat(32))],
  ["an end that is over", { expires_on: "2026-11-22T11:59:59Z" }],
  ["a switch that is off", { status: "disabled" }],
])("a token with %s cannot read logs", async (_, change) => {
  const findings = await audit({ tokens: [{ ...readerToken(), name: "other", ...change }] });

  expect(about(findings, "other")).toBeUndefined();
});

test("the token of a stack's own retention Worker is known", async () => {
  const token = { ...readerToken(), name: "talk-dev-retention", ...groups("AI Gateway Write") };
  const kept = { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest", keepDays: 30 };

  const without = await audit({ tokens: [token] });
  const withDays = await audit({ tokens: [token], settings: { logs: kept } });

  expect(about(without, token.name)).toMatchObject({ kind: "broken" });
  expect(about(withDays, token.name)?.message).toContain(
    "made by stack dev for its retention Worker",
  );
});

function readerToken() {
  const limits = { expires_on: "2027-01-01T00:00:00Z", ...from(DAY.from) };
  return { name: "oncall", status: "active", ...limits, ...groups("AI Gateway Read") };
}

function from(...networks: readonly string[]): object {
  return { condition: { request_ip: { in: networks } } };
}

function groups(name: string): object {
  return policy(ACCOUNT_ID, name);
}

function policy(account: string, name = "AI Gateway Read"): object {
  const resources = { [`com.cloudflare.api.account.${account}`]: "*" };
  return { policies: [{ effect: "allow", permission_groups: [{ id: "1", name }], resources }] };
}
