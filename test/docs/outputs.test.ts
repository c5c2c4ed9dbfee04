/** The examples of docs/operate.md, run one after the other in one project with one local account. */
import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { writePolicyPages } from "../../docs/policy-pages.ts";
import { RECORD_FIELDS, toRecord } from "../../local/logpush/record.ts";
import type { Log } from "../../local/logs/log.ts";
import { readStackFile } from "../../policy/stack/stack-file.ts";
import { keepLog, makeToken, startAccount, type RunningAccount } from "../support/account.ts";
import { callOps } from "../support/ops-command.ts";
import { examples, shownOutput, withoutVolatile } from "../support/printed.ts";
import { ROOT, STACKS } from "../support/settings.ts";
import { textWithCallers } from "../support/stack-folder.ts";

const NOW = new Date("2026-11-23T00:37:38Z");
const BODIES = {
  request: '{"messages":[{"role":"user","content":"Hello"}]}',
  response: '{"response":"Hello to you"}',
};
const MODELS = ["@cf/meta/llama-3.1-8b-instruct-fast", "@cf/openai/gpt-oss-120b"] as const;

let running: RunningAccount;
/** The project, and the home of the user who types. */
let folder: string;
let home: string;
beforeAll(async () => {
  [folder, home] = [await newFolder(), await newFolder()];
  running = await startAccount({
    gateways: [{ aiGatewayId: "shop-dev" }, { aiGatewayId: "by-hand", cacheTtl: 300 }],
  });
  await makeToken(running, ["AI Gateway Read"]);
  await makeProject();
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  keepLogs();
});
afterAll(async () => {
  vi.useRealTimers();
  await running.stop();
  for (const made of [folder, home]) await rm(made, { recursive: true });
});

test("every command has an example whose output is compared", () => {
  const names = globSync("*/command.ts", { cwd: join(ROOT, "ops") }).map(dirname);

  const shown = new Set(examples().flatMap((commands) => commands.map(nameOf)));
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
});

// test/ops/verify-command.test.ts compares that of `verify`, which needs the Workers runtime.
const here = examples().filter((commands) => !commands.map(nameOf).includes("verify"));

test.each(here.map((commands) => [commands.at(-1), commands] as const))(
  "the page has what `%s` prints (npm run docs:outputs)",
  async (_, commands) => {
    let output = "";
    for (const command of commands) output = await run(command);

    const printed = withoutVolatile(output.replaceAll(home, "~").replaceAll(folder, "."));
    expect(printed).toBe(shownOutput(commands, printed));
  },
);

function nameOf(command: string): string {
  return /^npm run (?:-s )?(\S+)/.exec(command)?.[1] ?? "";
}

/** Runs a command as a shell would that knows `~`, `> FILE`, `| tee FILE` and `| jq .` alone. */
async function run(command: string): Promise<string> {
  const [, words = "", file, isJq] =
    /^npm run (?:-s )?\S+(?: -- (.*?))?(?: (?:>|\| tee) (\S+)| (\| jq \.))?$/.exec(command) ?? [];
  const args = words
    .replaceAll("~", home)
    .split(" ")
    .filter((word) => word !== "");
  const name = nameOf(command);
  // An older Node and no Pulumi, as on many machines.
  const own = name === "doctor" ? { PATH: join(home, "bin") } : {};
  const environment = {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    CLOUDFLARE_API_TOKEN: running.key,
    ...own,
  };
  if (name === "decrypt") await makeCopies();
  const { stdout, stderr } = await callOps(name, args, environment, folder);
  if (file !== undefined) await writeFile(join(folder, file), stdout);
  return (
    (isJq === undefined ? stdout : `${JSON.stringify(JSON.parse(stdout), null, 2)}\n`) + stderr
  );
}

/** Makes a repository whose branch main collects metadata in dev, and whose folder everything. */
async function makeProject(): Promise<void> {
  await cp(STACKS, folder, { recursive: true });
  const dev = textWithCallers("web", "batch");
  await writeFile(
    join(folder, "Pulumi.dev.yaml"),
    dev.replace("collect: full", "collect: metadata"),
  );
  const git = (...words: readonly string[]) => promisify(execFile)("git", words, { cwd: folder });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", ".");
  const author = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  await git(...author, "commit", "--quiet", "--message", "before");
  await writeFile(join(folder, "Pulumi.dev.yaml"), dev);
  await writePolicyPages(folder);
  await mkdir(join(folder, "previews"));
  for (const name of ["dev", "prod"]) {
    const urn = `urn:pulumi:${name}::ai-gateway::pulumi:pulumi:Stack::ai-gateway-${name}`;
    const preview = { config: {}, steps: [{ op: "same", urn }], changeSummary: { same: 1 } };
    await writeFile(join(folder, `previews/${name}.json`), JSON.stringify(preview));
  }
  await mkdir(join(home, "keys"));
  await mkdir(join(home, "bin"));
  await writeFile(join(home, "bin/node"), "#!/bin/sh\necho v20.20.2\n");
  await chmod(join(home, "bin/node"), 0o755);
}

/** Four requests of two callers, one of which was refused. */
function keepLogs(): void {
  const [llama, gpt] = MODELS;
  const web = {
    stack: "dev",
    caller: "web",
    release: "a9a2e81c34f8",
    route: "/v1/chat/completions",
  };
  const batch = { ...web, caller: "batch" };
  const logs: readonly Pick<Log, "id" | "model" | "metadata" | "status" | "tokensOut">[] = [
    {
      id: "01a205d4-30cc-7bca-aac5-b9df7075429c",
      model: llama,
      metadata: web,
      status: 200,
      tokensOut: 24,
    },
    {
      id: "01a205d4-3114-7b30-afb8-0a919b75066f",
      model: gpt,
      metadata: batch,
      status: 200,
      tokensOut: 23,
    },
    {
      id: "01a205d4-3114-7ab1-9ecf-f96ed3385fb4",
      model: llama,
      metadata: web,
      status: 200,
      tokensOut: 25,
    },
    {
      id: "01a205b9-9c7a-76e8-87e1-d736b7c1b2aa",
      model: gpt,
      metadata: batch,
      status: 429,
      tokensOut: undefined,
    },
  ];
  for (const [index, log] of logs.entries()) {
    const isAnswered = log.status === 200;
    const own = { gateway: "shop-dev", createdAt: NOW.getTime() - 60_000 + index, eventId: log.id };
    const counts = isAnswered
      ? { tokensIn: 3, cost: 0.000015 }
      : { tokensIn: undefined, cost: undefined };
    keepLog(running.store, { ...log, ...own, ...counts }, isAnswered ? BODIES : undefined);
  }
}

/** Writes the copy of a log that Logpush would, for the key in the stack file. */
async function makeCopies(): Promise<void> {
  const { values } = readStackFile(await readFile(join(folder, "Pulumi.dev.yaml"), "utf8"));
  const { publicKey } = JSON.parse(values["logpush"] ?? "");
  const [log] = running.store.list(1);
  if (log === undefined) throw new Error("no log is left to copy");
  const copy = toRecord({ log, bodies: BODIES, publicKey, fields: Object.keys(RECORD_FIELDS) });
  await writeFile(join(folder, "copies.log.gz"), gzipSync(`${copy}\n`));
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "outputs-"));
}
