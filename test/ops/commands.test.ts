import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { ROOT } from "../support/settings.ts";

const FILES = readdirSync(join(ROOT, "ops")).filter((name) => name.endsWith("-command.ts"));

// A command runs while its module loads: adopt and probe died of a constant that stood below and was not there yet.
test.each(FILES)("nothing that %s needs stands below the line that runs it", (name) => {
  const text = readFileSync(join(ROOT, "ops", name), "utf8");
  const [, below = ""] = text.split(/^await runCommand/m);

  expect(below).not.toBe("");
  expect(below).not.toMatch(/^(?:export )?(?:const|let|class) /m);
});
