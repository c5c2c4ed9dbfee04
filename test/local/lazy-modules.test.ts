import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { expect, test } from "vitest";

// oxlint-disable-next-line import/no-unassigned-import -- it changes how the next import loads
import "../../local/engine/lazy-modules.ts";

import * as pulumi from "@pulumi/pulumi";

import { ROOT } from "../support/settings.ts";

const LARGE = ["/typescript/lib/typescript.js", "/@pulumi/pulumi/automation/localWorkspace.js"];
const { cache } = createRequire(import.meta.url);
const loadedAtFirst = findLoaded();

test("Pulumi loads none of its large parts before their first use", async () => {
  await useAll();

  expect(loadedAtFirst).toEqual([]);
  expect(findLoaded()).toEqual(LARGE);
});

test("Pulumi's large parts work when something uses them", async () => {
  const [code, workspace] = await useAll();

  expect(code).toContain("() => 41 + 1");
  expect(workspace).toBeTypeOf("function");
});

// In a process of its own: vitest asks in another way than Node for what a module imports by name.
test("an ES module imports a name from a part not yet loaded", async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `await import("./local/engine/lazy-modules.ts");
      const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
      console.log(typeof LocalWorkspace);`,
    ],
    { cwd: ROOT },
  );

  expect(stdout).toBe("function\n");
});

async function useAll() {
  const { text } = await pulumi.runtime.serializeFunction(() => 41 + 1);
  return [text, pulumi.automation.LocalWorkspace] as const;
}

function findLoaded(): string[] {
  const files = Object.keys(cache);
  return LARGE.filter((large) => files.some((file) => file.endsWith(large)));
}
