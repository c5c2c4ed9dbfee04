/** What a machine lacks. */
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { checkMachine } from "../../ops/doctor/machine.ts";
import { ROOT } from "../support/settings.ts";
import { makePrograms } from "../support/programs.ts";

test.each([
  [{ node: "v22.17.9" }, ["warning", "kept", "kept"]],
  [{ pulumi: "v3.200.0" }, ["kept", "warning", "kept"]],
  [{ login: 255 }, ["kept", "kept", "broken"]],
])("a machine with %o is examined by what its programs say", async (programsOf, kinds) => {
  const folder = await makePrograms(programsOf);
  onTestFinished(() => rm(folder, { recursive: true }));

  const findings = await checkMachine({ PATH: folder });

  expect(findings.map(({ kind }) => kind)).toEqual(kinds);
});

test("the Node of the project itself does not count, which bare Pulumi would not find", async () => {
  const findings = await checkMachine({ PATH: join(ROOT, "node_modules/.bin") });

  expect(findings).toMatchObject([
    { kind: "warning", about: "Node", message: expect.stringContaining("is not on PATH") },
    { kind: "broken", about: "Pulumi CLI" },
  ]);
});
