import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect, test, vi } from "vitest";

import { callOps } from "../support/ops-command.ts";
import { ROOT } from "../support/settings.ts";

const NAMES = globSync("*/command.ts", { cwd: join(ROOT, "ops") }).map(dirname);

// Commands once ran while their modules loaded: adopt and probe died of a constant that stood below.
test.each(NAMES)("%s does nothing while it loads", async (name) => {
  const words = vi.spyOn(console, "log").mockReturnValue();
  const errors = vi.spyOn(console, "error").mockReturnValue();
  const exitCode = process.exitCode;

  await import(`../../ops/${name}/command.ts`);

  expect([words.mock.calls, errors.mock.calls, process.exitCode]).toEqual([[], [], exitCode]);
  vi.restoreAllMocks();
});

test.each(NAMES)("%s --help ends with 0 and its usage, %s -x with 2", async (name) => {
  const help = await callOps(name, ["--help"]);
  const wrong = await callOps(name, ["-x"]);

  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(new RegExp(`^usage: npm run (?:-s )?${name} `));
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain(help.stdout);
});

// The dashboard, where a token is made, has Edit where the API has Write.
test.each(NAMES)("%s --help names permissions as the dashboard does", async (name) => {
  const { stdout } = await callOps(name, ["--help"]);

  expect(stdout.match(/\S+\sWrite\b/g)).toBeNull();
});

// Of an option that was left out, comment once reported that it is "".
test.each(NAMES)("%s without words reports nothing as an empty text", async (name) => {
  const { stderr } = await callOps(name, []);

  expect(stderr).not.toContain('is ""');
});

test("every folder of a command has its npm script, and no other script is one", async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const doors = Object.entries(scripts).filter(([, script]) =>
    String(script).startsWith("node ops/run.js"),
  );

  const expected = NAMES.map((name) => [name, `node ops/run.js ${name}`]);
  expect(Object.fromEntries(doors)).toEqual(Object.fromEntries(expected));
});

test("no command loads Cloudflare's SDK before it has an account to ask", async () => {
  const hook = `
    import { registerHooks } from "node:module";
    const resolve = (name, context, next) => {
      if (name === "cloudflare") console.log(context.parentURL);
      return next(name, context);
    };
    registerHooks({ resolve });`;
  const load = NAMES.map((name) => `await import("./ops/${name}/command.ts");`).join("");
  const args = ["--import", `data:text/javascript,${hook}`, "--input-type=module", "--eval", load];

  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });

  expect(stdout).toBe("");
});
