/** What a statement says of what is not proved. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { toPage } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { ROOT, stackWith } from "../support/settings.ts";
import { OTEL } from "../support/statement.ts";

test("what is not proved is marked, and told once below", async () => {
  const page = toPage("prod", await stateStack(stackWith("prod")));

  expect(page).toContain("the Worker says so on every call (not proved: 1) |");
  expect(page.split("\n").filter((line) => line.startsWith("- point"))).toEqual([
    "- point 1: that Cloudflare heeds the Worker's switch on a call of the AI binding",
    "- point 2: that a call can switch its own log on where the gateway collects none",
    "- point 10: that an exporter taken out of the stack file, or added by hand, is gone after a deploy",
    "- point 16: that Cloudflare deletes by age as asked, how many logs at a time, and that what it deletes is gone",
    "- point 18: that analytics hold this of a call whose log is off, and that nothing erases it; for how long is not documented",
  ]);
});

test("what a gateway just created may not take is marked wherever it is promised", async () => {
  const { facts } = await stateStack(
    stackWith("prod", {
      exports: [OTEL],
      guardrails: { prompt: { P1: "flag" } },
      spendLimits: [{ id: "all", limitUsd: 1, windowSeconds: 60 }],
      retry: { maxAttempts: 1, delayMs: 500, backoff: "linear" },
      readers: [{ name: "oncall", kind: "person" }],
    }),
  );
  const open = facts.flatMap(({ id, notProved = [] }) =>
    notProved.map(({ point }) => `${id} ${point}`),
  );

  expect(open).toEqual([
    "bodies 1",
    "bodies 11",
    "logged 2",
    "counted 18",
    "days 16",
    "readers 14",
    "copies 10",
    "copies 3",
    "otherReaders 3",
    "limits 4",
    "limits 3",
    "retries 6",
  ]);
});

test("what becomes of a deleted gateway's logs is marked where the gateway can be deleted", async () => {
  const dev = toPage("dev", await stateStack(stackWith("dev")));
  const prod = toPage("prod", await stateStack(stackWith("prod")));

  expect(dev).toContain("| YES, and most likely its logs with it (not proved: 12) |");
  expect(prod).not.toContain("point 12");
});

test("each open point of a statement stands in the docs, with how to try it", async () => {
  const docs = await readFile(join(ROOT, "docs/what-is-stored.md"), "utf8");
  const everything = {
    exports: [OTEL],
    guardrails: { prompt: { P1: "flag" } },
    spendLimits: [{ id: "all", limitUsd: 1, windowSeconds: 60 }],
    retry: { maxAttempts: 1, delayMs: 500, backoff: "linear" },
    readers: [{ name: "oncall", kind: "person" }],
    logSystem: "observability",
    logs: { collect: "metadata" },
  };
  const stacks = [stackWith("prod", everything), stackWith("prod")];
  const statements = await Promise.all(stacks.map((stack) => stateStack(stack)));
  const points = statements.flatMap(({ facts }) =>
    facts.flatMap(({ notProved = [] }) => notProved.map(({ point }) => point)),
  );

  expect(points).toEqual(expect.arrayContaining([15, 16]));
  expect(points.filter((point) => !docs.includes(`\n${point}. **`))).toEqual([]);
});
