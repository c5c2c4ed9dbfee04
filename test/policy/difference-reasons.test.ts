/** Why a change means what it means, where its values do not say it. */
import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import { stackWith } from "../support/settings.ts";
import { LEGACY, ONCALL, NETS } from "../support/difference.ts";

// As above, each is read backwards too.
test.each<[string, Record<string, unknown>, Record<string, unknown>, string, string | undefined]>([
  [
    "gatewayId",
    {},
    { gatewayId: "app-two" },
    "a new gateway is made; the old one's logs stay behind or go with it",
    "a new gateway is made; the old one's logs stay behind or go with it",
  ],
  [
    "accountId",
    {},
    { accountId: "f".repeat(32) },
    "a new gateway is made in another account",
    "a new gateway is made in another account",
  ],
  [
    "protect",
    { protect: "true" },
    { protect: "false" },
    "nothing refuses any more to delete the gateway",
    undefined,
  ],
  [
    "authentication",
    {},
    { authentication: "false" },
    "Cloudflare refuses that of a gateway that has it on",
    "Cloudflare lets nobody switch it off again",
  ],
  [
    "logs.maxEntries",
    { logs: LEGACY },
    { logs: { ...LEGACY, maxEntries: 10_000 } },
    "logs over the cap may be deleted, the oldest first",
    "more is kept",
  ],
  [
    "logs.whenFull",
    { logs: LEGACY },
    { logs: { ...LEGACY, whenFull: "stop" } },
    "at the cap nothing new will be stored",
    "at the cap the oldest will be deleted",
  ],
  [
    "logs.keepDays",
    { logs: LEGACY },
    { logs: { ...LEGACY, keepDays: 30 } },
    "older logs are deleted within hours, and for good",
    "more is kept",
  ],
  [
    "readers[].token",
    { readers: [ONCALL] },
    { readers: [{ ...ONCALL, token: true }] },
    "a token is made, for a person or a team, that reads every log of all the account's gateways, until 2027-03-31, from any address",
    "its token is deleted",
  ],
  [
    "readers[] with a token and limits",
    {},
    { readers: [{ ...ONCALL, kind: "ci", addresses: NETS, token: true }] },
    "a token is made, for a pipeline, that reads every log of all the account's gateways, until 2027-03-31, from 203.0.113.0/24, 198.51.100.7 only",
    "its token is deleted",
  ],
  [
    "readers[] with a token without limits",
    {},
    { readers: [{ name: "oncall", kind: "person", token: true }] },
    "a token is made, for a person or a team, that reads every log of all the account's gateways, without a last day, from any address",
    "its token is deleted",
  ],
  [
    "readers[] without a token",
    {},
    { readers: [ONCALL] },
    "meant to read the logs, until 2027-03-31, from any address; no token is made",
    undefined,
  ],
])("a change of %s says why where its values do not", (_, from, to, because, undone) => {
  const reasons = (before: typeof from, after: typeof to) =>
    compareStacks(stackWith("prod", before), stackWith("prod", after)).map(
      (change) => change.because,
    );

  expect(reasons(from, to)).toEqual([because]);
  expect(reasons(to, from)).toEqual([undone]);
});
