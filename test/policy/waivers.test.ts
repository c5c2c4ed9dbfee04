/** What a waiver excuses, and until when. */
import { expect, test } from "vitest";

import { stackWith } from "../support/settings.ts";
import { LEGACY, TODAY, broken } from "../support/rules.ts";

test("a waiver excuses its rule to the end of its last day, and no other", () => {
  const waivers = (until: string) => [
    { rule: "bodies-in-production", reason: "the audit of December", until },
  ];
  const logs = { ...LEGACY, collect: "full", whenFull: "stop" };
  const stop = "error logging-stops: logs.whenFull is stop";

  expect(broken(stackWith("prod", { plan: "paid", logs, waivers: waivers(TODAY) }))).toEqual([
    stop,
  ]);
  expect(broken(stackWith("prod", { plan: "paid", logs, waivers: waivers("2026-11-21") }))).toEqual(
    [
      "error bodies-in-production: logs.collect is full",
      stop,
      "error waiver-expired: waivers[0].until was 2026-11-21 for bodies-in-production",
    ],
  );
});

test("a waiver that is over and excuses nothing is told to be over", () => {
  const waivers = [{ rule: "no-callers", reason: "until the app is there", until: "2026-11-21" }];

  expect(broken(stackWith("prod", { plan: "paid", waivers }))).toEqual([
    "error waiver-expired: waivers[0].until was 2026-11-21 for no-callers",
  ]);
});

test("a waiver of what only a preview shows is neither unknown nor unused, and ends as others do", () => {
  const waivers = (until: string) => [
    { rule: "gateway-replaced", reason: "the gateway gets its final name", until },
  ];

  expect(broken(stackWith("prod", { plan: "paid", waivers: waivers(TODAY) }))).toEqual([]);
  expect(broken(stackWith("prod", { plan: "paid", waivers: waivers("2026-11-21") }))).toEqual([
    "error waiver-expired: waivers[0].until was 2026-11-21 for gateway-replaced",
  ]);
});

test("a rule about waivers cannot be waived", () => {
  const waivers = [{ rule: "waiver-unused", reason: "an attempt to be clever", until: TODAY }];

  expect(broken(stackWith("prod", { plan: "paid", waivers }))).toEqual([
    expect.stringMatching(/^error waiver-unknown: waivers\[0\]\.rule is "waiver-unused"/),
  ]);
});
