/** Nothing in `.local/` is readable by another user of the machine, whatever ran first. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { copyProject, start, waitFor, type Project } from "../support/project.ts";
import { startLocal } from "../support/start-local.ts";

let project: Project;
let state: string;
beforeAll(async () => {
  project = await copyProject();
  state = join(project.folder, ".local");
});
afterAll(() => project.remove());

test("npm run dev makes files for its user alone, its configuration for wrangler too", async () => {
  const dev = start(project, "local/dev.ts", ["--port", "65000"]);
  await waitFor(
    () => (existsSync(join(state, "dev/wrangler.json")) ? true : undefined),
    () => dev.output(),
  );
  await dev.stop("SIGTERM");

  expect(names()).toContain("dev/.dev.vars");
  expect(readableByOthers()).toEqual([]);
});

test("npm start narrows what it finds with wider modes, and keeps its logs to its user", async () => {
  mkdirSync(join(state, "dev/r2"), { recursive: true });
  const left = ["dev/logs.sqlite-wal", "dev/r2/old.log.gz", "key.old"];
  for (const name of left) writeFileSync(join(state, name), "");
  for (const name of ["", ...names()]) chmodSync(join(state, name), 0o777);
  const outside = join(project.folder, "outside");
  writeFileSync(outside, "");
  chmodSync(outside, 0o644);
  symlinkSync(outside, join(state, "dev/link"));

  const local = await startLocal(project, "dev");
  await local.chat();
  await local.process.stop("SIGTERM");

  expect(names()).toContain("dev/logs.sqlite");
  expect(readableByOthers()).toEqual([]);
  expect(lstatSync(outside).mode & 0o777).toBe(0o644);
});

function names(): string[] {
  return readdirSync(state, { encoding: "utf8", recursive: true });
}

/** Lists the files and folders with any permission for others, the folder itself as "". */
function readableByOthers(): string[] {
  return ["", ...names()].filter((name) => {
    const found = lstatSync(join(state, name));
    return !found.isSymbolicLink() && (found.mode & 0o077) !== 0;
  });
}
