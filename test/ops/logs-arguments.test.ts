/** What the words of npm run logs mean. */
import { expect, test } from "vitest";

import { namesInLogs } from "../../ops/look/caller.ts";
import { whyNoBodies } from "../../ops/logs/one.ts";
import { parseSince, parseUntil } from "../../ops/cli/arguments.ts";
import { hideName } from "../../worker/chat/gate/access.ts";
import { stackWith } from "../support/settings.ts";
import { NOON } from "../support/logs.ts";

const KEY = "5".repeat(64);

test("command and Worker agree on the hash of a caller's name", async () => {
  const stack = stackWith("dev", { anonymousCallers: { key: "0".repeat(64) } });

  const names = await namesInLogs(stack, "wéb@example.com", { AI_GATEWAY_CALLER_KEY: KEY });

  expect(names).toEqual([await hideName("wéb@example.com", KEY), "wéb@example.com"]);
  expect(names[0]).toMatch(/^[0-9a-f]{24}$/);
});

test("without the key of the hash a caller is not looked for, and the message says how to get it", async () => {
  const stack = stackWith("dev", { anonymousCallers: { key: "0".repeat(64) } });

  await expect(namesInLogs(stack, "web", {})).rejects.toThrow(
    "pulumi config get --stack dev --path 'ai-gateway:anonymousCallers.key'",
  );
  await expect(namesInLogs(stack, "web", { AI_GATEWAY_CALLER_KEY: "secret" })).rejects.not.toThrow(
    /"secret"/,
  );
  expect(await namesInLogs(stackWith("dev"), "web", {})).toEqual(["web"]);
});

test("a time may be typed in several ways", () => {
  const now = new Date(NOON);

  expect(parseSince("30m", now).toISOString()).toBe("2026-11-22T11:30:00.000Z");
  expect(parseSince("24h", now).toISOString()).toBe("2026-11-21T12:00:00.000Z");
  expect(parseSince("7d", now).toISOString()).toBe("2026-11-15T12:00:00.000Z");
  expect(parseSince("2026-11-01", now).toISOString()).toBe("2026-11-01T00:00:00.000Z");
  expect(parseUntil("2026-11-01").toISOString()).toBe("2026-11-02T00:00:00.000Z");
  expect(parseUntil("2026-11-01T10:00:00+02:00").toISOString()).toBe("2026-11-01T08:00:00.000Z");
  expect(() => parseSince("yesterday", now)).toThrow('--since is "yesterday"; allowed are 30m,');
  expect(() => parseUntil("2026-02-30")).toThrow('--until is "2026-02-30"; allowed are a day');
});

test.each([
  ["metadata", "stack dev keeps no bodies (logs.collect is metadata)"],
  ["none", "keeps no logs (logs.collect is none); this one is of a call beside its Worker"],
  ["full", "this call switched them off, or is of an earlier setting"],
])("under %s the reason for no bodies is the stack's own", (collect, reason) => {
  const stack = stackWith("dev", {
    logs: { collect, maxEntries: 10_000, whenFull: "deleteOldest" },
  });

  expect(whyNoBodies(stack)).toContain(reason);
});
