/** Where the probe leaves its evidence, and where it leaves none. */
import { readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { expect, test } from "vitest";

import { readEvidence } from "../../infra/project-files.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { CommandError } from "../../ops/cli/errors.ts";
import { findPlace, writeEvidence } from "../../ops/look/evidence-file.ts";
import { STACKS, stackWith } from "../support/settings.ts";
import { makeFolder, start, probe } from "../support/probe.ts";

test("what the local account answered is not cited, even where it lies with the evidence", async () => {
  const running = await start();
  const folder = await makeFolder();
  const project = join(folder, "docs/evidence");

  await probe(running, ["--yes", "--out", project], {});

  const evidence = readEvidence(folder);
  const { facts } = await stateStack(stackWith("prod"), evidence);
  expect(evidence.flatMap(({ answers }) => answers.map(({ question }) => question))).toEqual([
    "put-only-fields",
    "switched-off",
    "create-fields",
    "logpush-fields",
    "logpush-filter",
  ]);
  expect(facts.filter(({ seen }) => seen !== undefined)).toEqual([]);
});

test("of the local account, or where the words say so, nothing is written", async () => {
  const running = await start();
  const list = () => readdir(STACKS, { recursive: true });
  const before = await list();

  const local = await probe(running, ["--yes"]);
  const silent = await probe(running, ["--yes", "--no-evidence"]);

  expect([local.code, silent.code]).toEqual([0, 0]);
  expect(local.stdout).toContain("✔     10    does an update that switches them off clear them?");
  expect(local.stderr).toContain("because it was not Cloudflare that was asked; --out writes it");
  expect(silent.stderr).toBe("");
  expect(await list()).toEqual(before);
});

test("a second probe of a day leaves the first one's evidence as it is", async () => {
  const folder = await makeFolder();
  const day = new Date("2026-11-23T23:59:59Z");
  const first = await findPlace({ name: "probe", option: "--out" }, day, folder);
  await writeFile(first, "first");

  const second = await findPlace({ name: "probe", option: "--out" }, day, folder);
  await findPlace({ name: "probe", option: "--out" }, day, join(folder, "a/b"));

  expect([first, second].map((file) => basename(file))).toEqual([
    "probe-2026-11-23.json",
    "probe-2026-11-23-2.json",
  ]);
  expect(await readdir(folder)).toEqual(["probe-2026-11-23.json"]);
});

test("evidence with a word as long as a token is not written, and told without a stack trace", async () => {
  const folder = await makeFolder();
  const writer = { name: "probe", option: "--out" } as const;
  const api = "https://api.cloudflare.com";
  const asked = { api, logSystem: "legacy", sdk: "x", model: `@cf/a/${"b".repeat(32)}` } as const;

  const written = writeEvidence(writer, join(folder, "new/a.json"), { asked, answers: [] });

  await expect(written).rejects.toThrow(CommandError);
  expect(await readdir(folder)).toEqual([]);
});
