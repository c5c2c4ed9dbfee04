/** Every command, against an API and files whose every text is somebody else's: it prints nothing that is obeyed, and no stack trace. */
import { generateKeyPairSync } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { printableJson } from "../../policy/harmless.ts";
import { answerHostile, HOSTILE, refuseHostile } from "../support/hostile-api.ts";
import { listen } from "../support/listen.ts";
import { callOps, type Ended } from "../support/ops-command.ts";
import { ACCOUNT_ID } from "../support/scripted-account.ts";
import { ROOT, STACKS, stackText } from "../support/settings.ts";

const NAMES = globSync("*/command.ts", { cwd: join(ROOT, "ops") }).map(dirname);
/** Those that reach an account. */
const ASKING = NAMES.filter((name) =>
  globSync(`${name}/*.ts`, { cwd: join(ROOT, "ops") }).some((file) =>
    readFileSync(join(ROOT, "ops", file), "utf8").includes("/account/account.ts"),
  ),
);

const DEV = ["--stack", "dev"];
const COMMENT = ["--run", "https://github.test/x", "--commit", "0123456789"];

/** The arguments with which each command prints all that it can. */
const RUNS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  adopt: [
    ["--gateway", "app", "--stack", "new"],
    ["--gateway", HOSTILE, "--stack", "new", "--json"],
  ],
  audit: [[], ["--json"]],
  caller: [
    ["add", "web", "--stack", "hostile"],
    ["remove", "web", "--stack", "callers"],
  ],
  comment: [
    ["--review", "review.json", "--previews", "previews", "--out", "out", ...COMMENT],
    ["--review", `${HOSTILE}.json`, "--out", "out", ...COMMENT],
  ],
  decrypt: [["--private", "key.pem", "logs.json", `${HOSTILE}.gz`]],
  destroy: [["--stack", "hostile"]],
  doctor: [DEV, [...DEV, "--json"], ["--stack", "hostile"]],
  erase: [
    [...DEV, "--caller", "web"],
    [...DEV, "--caller", "web", "--json"],
    [...DEV, "--caller", HOSTILE, "--yes"],
  ],
  keys: [["--private", join("no-folder", HOSTILE)]],
  logs: [DEV, [...DEV, "--json"], [...DEV, "--totals"], [...DEV, "l1"], [...DEV, "l1", "--json"]],
  probe: [
    [...DEV, "--yes", "--no-evidence", "--wait", "0", "--data-url", "API"],
    [...DEV, "--yes", "--no-evidence", "--wait", "0", "--data-url", "API", "--json"],
  ],
  review: [
    ["--format", "text"],
    ["--format", "markdown"],
    ["--format", "json"],
  ],
  verify: [
    [...DEV, "--url", "API", "--wait", "0", "--record", "record.md"],
    [...DEV, "--url", "API", "--wait", "0", "--json"],
  ],
};

test.each(NAMES)("npm run %s prints foreign text so that nothing obeys it", async (name) => {
  const folder = await makeFolder();
  for (const answer of [answerHostile, refuseHostile]) {
    const url = await listen(answer);
    for (const args of runsOf(name)) {
      const ended = await run(name, args, { url, folder });
      expect(obeyed(ended.stdout + ended.stderr)).toEqual([]);
    }
  }
  for (const file of await readdir(join(folder, "out"))) {
    expect(await readFile(join(folder, "out", file), "utf8")).not.toMatch(UNPRINTABLE);
  }
});

test.each(NAMES)("npm run %s repeats a hostile argument so", async (name) => {
  const folder = await makeFolder();
  const url = await listen(answerHostile);
  const options = ["--stack", "--format", "--out", "--private", "--until", `--${HOSTILE}`];
  for (const args of [...options.map((option) => [option, HOSTILE]), [HOSTILE, HOSTILE]]) {
    const ended = await run(name, args, { url, folder });
    expect(obeyed(ended.stdout + ended.stderr)).toEqual([]);
  }
});

test.each(ASKING)("npm run %s takes an answer of another shape for no answer", async (name) => {
  const folder = await makeFolder();
  for (const result of [undefined, null, {}, [], "text", 5, [null], [[]], [{}], { rules: 1 }]) {
    const url = await listen(() => Response.json({ success: true, result }));
    for (const args of runsOf(name)) {
      const { code } = await run(name, args, { url, folder });
      expect({ result, code: [0, 1, 2].includes(code) }).toEqual({ result, code: true });
    }
  }
});

const UNPRINTABLE = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Lists the lines that a terminal or the runner of a workflow obeys. */
function obeyed(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|^\s*::|##\[/u.test(line));
}

function runsOf(name: string): readonly (readonly string[])[] {
  const runs = RUNS[name];
  if (runs === undefined) throw new Error(`give ${name} a line in RUNS`);
  return runs;
}

/** Runs a command, which ends without a stack trace. */
async function run(
  name: string,
  args: readonly string[],
  { url, folder }: { readonly url: string; readonly folder: string },
): Promise<Ended> {
  const words = args.map((word) => (word === "API" ? url : word));
  const environment = {
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: url,
    AI_GATEWAY_RUN_TOKEN: "t".repeat(40),
    AI_GATEWAY_CALLER_TOKEN: "t".repeat(40),
    GITHUB_ACTIONS: "true",
  };
  return callOps(name, words, environment, folder);
}

const KEY = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** Makes a folder with the tests' own stacks, and with files whose every text is hostile. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "hostile-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(STACKS, folder, { recursive: true });
  for (const name of ["previews", "out"]) await mkdir(join(folder, name));
  const text = stackText("dev");
  // As YAML takes it, too.
  const quoted = printableJson(HOSTILE);
  const files: Readonly<Record<string, string>> = {
    "Pulumi.hostile.yaml": `${text.replace("shop-dev", quoted)}  ${quoted}: ${quoted}\n`,
    "Pulumi.callers.yaml": `${text}  ai-gateway:callers: [{ name: ${quoted}, sha256: ${quoted}, until: ${quoted} }]\n`,
    "review.json": JSON.stringify(hostileReview()),
    "previews/s.json": JSON.stringify({ steps: [{ op: HOSTILE, urn: HOSTILE }] }),
    "key.pem": KEY.export({ type: "pkcs8", format: "pem" }).toString(),
    "logs.json": [HOSTILE, { Metadata: HOSTILE }, { RequestBody: { key: HOSTILE } }]
      .map((line) => JSON.stringify(line))
      .join("\n"),
  };
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}

function hostileReview(): readonly object[] {
  const problem = { path: HOSTILE, message: HOSTILE };
  const waiver = { rule: HOSTILE, until: "2999-12-31", reason: HOSTILE };
  const statement = { gatewayId: HOSTILE, tier: HOSTILE, fingerprint: HOSTILE, waivers: [waiver] };
  const change = { path: HOSTILE, from: HOSTILE, to: HOSTILE, effect: "less private" };
  const difference = { kind: "changed", changes: [change], renamedFrom: HOSTILE };
  const findings = [{ ...problem, severity: "error" }];
  const own = { kind: "reviewed", stack: "s", statement, findings, difference };
  return [
    { kind: "code", files: [HOSTILE] },
    { kind: "project", problems: [problem] },
    { ...own, environments: [HOSTILE] },
    { kind: "unreadable", stack: "t", problems: [problem], environments: [HOSTILE] },
  ];
}
