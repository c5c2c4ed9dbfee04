import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { ROOT } from "../support/settings.ts";

/** Prints the files of zod's languages that a process has loaded. */
const LIST = `
  import { registerHooks } from "node:module";
  const loaded = [];
  registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
  await import("./infra/lean-zod.js");
  const { z } = await import("zod");
  console.log(loaded.filter((url) => url.includes("/locales/")).map((url) => url.split("/").pop()).join());
  console.log(z.number().safeParse("1").error.issues[0].message);`;

test("zod loads English alone, and speaks it", async () => {
  const args = ["--input-type=module", "--eval", LIST];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });

  expect(stdout).toBe("en.js\nInvalid input: expected number, received string\n");
});
