import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

import { expect, test } from "vitest";

// oxlint-disable-next-line import/no-unassigned-import -- it changes how the next import loads
import "../../local/engine/lazy-modules.ts";

import * as pulumi from "@pulumi/pulumi";

import { ROOT } from "../support/settings.ts";

const LARGE = [
  "/typescript/lib/typescript.js",
  "/@pulumi/pulumi/automation/localWorkspace.js",
  "/@pulumi/pulumi/provider/server.js",
  "/@grpc/grpc-js/build/src/channel.js",
  "/normalize-package-data/lib/fixer.js",
  "/semver/classes/semver.js",
];
const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const { cache } = require;
const loadedAtFirst = findLoaded();

test("Pulumi loads none of its large parts before their first use", async () => {
  await useAll();

  expect(loadedAtFirst).toEqual([]);
  expect(findLoaded()).toEqual(LARGE);
});

test("Pulumi's large parts work when something uses them", async () => {
  const { code, ...functions } = await useAll();

  expect(code).toContain("() => 41 + 1");
  for (const each of Object.values(functions)) expect(each).toBeTypeOf("function");
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
  return {
    code: text,
    workspace: pulumi.automation.LocalWorkspace,
    provide: pulumi.provider.main,
    credentials: require("@grpc/grpc-js").credentials.createInsecure,
    normalize: defaultOf(require("normalize-package-data")),
    compare: require("semver").eq,
  };
}

/** As TypeScript's compiler lets Pulumi take it. */
function defaultOf(exports: { readonly __esModule?: boolean; readonly default?: unknown }) {
  // oxlint-disable-next-line no-underscore-dangle -- the compiler names it so
  return exports.__esModule === true ? exports.default : exports;
}

function findLoaded(): string[] {
  const files = Object.keys(cache);
  return LARGE.filter((large) => files.some((file) => file.endsWith(large)));
}
