/** Whatever single value of a stack file changes, its policy page changes: what is left stands in a short list. */
import { expect, test } from "vitest";

import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { jsonSchemas } from "../../policy/settings/schema.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { toPage } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { toConfig } from "../support/arbitrary-stack.ts";
import { schemaLeaves, setAt, wholeStack } from "../support/schema-leaves.ts";

/** The settings that no page states, each with the reason. */
const UNSTATED: Readonly<Record<string, string>> = {
  accountId: "it may come from the environment, and the program compares the two",
  "logs.alertUrl": "a secret: that there is one is stated",
  "alerts.webhook": "a secret: that there is one is stated",
  "logs.keepDays": "on observability a rule allows only the platform's own number, which is stated",
  "exports[].headers": "their values are secrets: their names are stated",
  "telemetry.traces.headers": "their values are secrets: their names are stated",
  secretsStoreId: "where the account keeps keys changes nothing of whose they are",
  "providers[].key": "a secret: that there is one is stated",
  "anonymousCallers.key": "a secret: that names are hashed is stated",
  "worker.placement": "where a Worker runs changes nothing of what is kept",
  "worker.cpuMs": "how long a Worker may compute changes nothing of what is kept",
};

test("each single value that changes changes the page, but for those listed", async () => {
  const unstated = await Promise.all([findUnstated("legacy"), findUnstated("observability")]);

  expect([...new Set(unstated.flat())].toSorted()).toEqual(Object.keys(UNSTATED).toSorted());
});

async function findUnstated(logSystem: "legacy" | "observability"): Promise<readonly string[]> {
  const leaves = schemaLeaves(jsonSchemas[logSystem]).filter(
    ({ pattern }) => pattern !== "logSystem",
  );
  const stack = setAt(wholeStack(leaves), ["logSystem"], logSystem);
  const whole = await pageOf(stack);
  const found = leaves.map(async ({ path, pattern, values }) => {
    const pages = values.slice(1).map((value) => pageOf(setAt(stack, path, value)));
    return (await Promise.all(pages)).includes(whole) ? [pattern] : [];
  });
  return (await Promise.all(found)).flat();
}

/** Undefined where the settings do not allow the stack. */
async function pageOf(stack: object): Promise<string | undefined> {
  const parsed = parseSettings(toConfig({ ...stack }));
  if (!parsed.ok) return undefined;
  const settings: Settings = parsed.settings;
  return toPage("any", await stateStack({ settings }));
}
