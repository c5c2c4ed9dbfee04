import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { copyProject, waitFor, type Project } from "../support/project.ts";
import { fetchText, rows, startLocal, type Local } from "../support/start-local.ts";

let project: Project;
let local: Local;
beforeAll(async () => {
  project = await copyProject();
  local = await startLocal(project, "dev");
});
afterAll(async () => {
  await local.process.stop("SIGTERM");
  await project.remove();
});

test("edits to the stack file and to the Worker are taken over, a bad one is not, and the logs stay", async () => {
  await local.chat();
  await project.edit("Pulumi.dev.yaml", "collect: full", "collect: none");
  await local.process.waitFor(/Pulumi\.dev\.yaml changed: reloaded/);
  await chatLogs(false);
  const before = rows(await local.page()).length;
  await local.chat({ "cf-aig-collect-log": "true", "cf-aig-collect-log-payload": "true" });
  expect(rows(await local.page())).toHaveLength(before);

  const inClear = "config:\n  cloudflare:apiToken: hush";
  await project.edit("Pulumi.dev.yaml", "config:", inClear);
  await local.process.waitFor(
    /last good state goes on: stack dev has 1 problem:\n.*apiToken is a secret/,
  );
  await project.edit("Pulumi.dev.yaml", inClear, "config:");

  await project.edit("Pulumi.dev.yaml", "collect: none", "collect: nothing");
  await local.process.waitFor(/last good state goes on: stack dev has 1 problem:\n.*"nothing"/);
  expect((await local.chat()).status).toBe(200);

  await project.edit("Pulumi.dev.yaml", "collect: nothing", "collect: full");
  await project.replace("worker/chat/index.ts", (text) => `${text}\nthrow new Error("at load");\n`);
  await local.process.waitFor(/at load[^]*last good state goes on: the Worker does not load/);
  expect((await local.chat().catch(() => local.chat())).status).toBe(200);
  await project.replace("worker/chat/index.ts", (text) =>
    text.replace(/\nthrow new Error.*\n$/, ""),
  );
  await project.edit(
    "worker/chat/endpoints/sample.ts",
    "In one sentence: what",
    "In two sentences: what",
  );
  const answer = await waitFor(
    async () => {
      // The runtime restarts: a connection kept from before is closed.
      const text = await fetchText(local.worker, local.headers).catch(() => "");
      return text.includes("In two sentences") ? text : undefined;
    },
    () => local.process.output(),
    250,
  );
  expect(answer).toContain("This is the local model");
  expect(rows(await local.page()).length).toBeGreaterThan(before);
});

test("a stack file that git removes and makes anew is watched on", async () => {
  const file = join(project.folder, "Pulumi.dev.yaml");
  const full = await readFile(file, "utf8");
  const none = full.replace("collect: full", "collect: none");

  for (const text of [none, full]) {
    await rm(file);
    await writeFile(file, text);
    await chatLogs(text === full);
  }
  await writeFile(file, none);

  expect(await chatLogs(false)).toBe(true);
  await writeFile(file, full);
});

test("a reload names where traces now go, and what is declared and not imitated", async () => {
  const url = "https://otel.example.com/v1/traces";
  const telemetry = `  ai-gateway:telemetry: { traces: { url: "${url}" } }\n`;
  await project.edit(
    "Pulumi.dev.yaml",
    "  ai-gateway:plan",
    `  ai-gateway:zdr: true\n${telemetry}  ai-gateway:plan`,
  );

  const [printed] = await local.process.waitFor(/changed: reloaded\n {2}Traces.*\ndeclared.*/);

  expect(printed).toContain(`for ${url}: kept here, as the URL leads off this machine\n`);
  expect(printed).toMatch(/declared, and not imitated here: zdr$/);
});

test("a budget of each caller, declared by an edit, stops the one who has used it up", async () => {
  const limit = "{ id: day, limitUsd: 0.01, windowSeconds: 86400, per: caller }";
  const budget = `  ai-gateway:spendLimits: [${limit}]\n`;
  await project.edit("Pulumi.dev.yaml", "  ai-gateway:zdr: true\n", budget);
  await waitFor(
    async () => {
      // The runtime restarts meanwhile.
      const answer = await ask("Hello ".repeat(50_000)).catch(() => undefined);
      return answer?.status === 429 ? true : undefined;
    },
    () => local.process.output(),
    250,
  );

  const refused = await ask("Hello");

  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ error: { code: "insufficient_quota" } });
});

function ask(content: string): Promise<Response> {
  const model = "@cf/openai/gpt-oss-120b";
  return fetch(`${local.worker}/v1/chat/completions`, {
    method: "POST",
    headers: local.headers,
    body: JSON.stringify({ model, messages: [{ role: "user", content }] }),
  });
}

/** Waits until a chat leaves a log, or none: how many reloads that takes is not the point. */
function chatLogs(isLogging: boolean): Promise<true> {
  return waitFor(
    async () => {
      const answer = await local.chat().catch(() => undefined);
      return answer?.headers.has("x-log-id") === isLogging ? true : undefined;
    },
    () => local.process.output(),
    250,
  );
}
