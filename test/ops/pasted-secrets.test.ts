/** A secret that stands in the environment, or was pasted into an option, is in no output. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { listen } from "../support/listen.ts";
import { callOps, type Environment } from "../support/ops-command.ts";
import { isSoak } from "../support/runs.ts";
import { ACCOUNT_ID } from "../support/scripted-account.ts";
import { STACKS, stackText } from "../support/settings.ts";

const MARK = "Zk3vQ9invented2xP5sL8nB4cD6fG1hJ0aaaaaaa";
const DEV = ["--stack", "dev"];
const BREAKS = [`${MARK}\n`, `${MARK}\nx`, ` ${MARK}`, `${MARK}ü`, `${MARK}\u2028`];

const COMMANDS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["logs", DEV],
  ["logs", [...DEV, "l1"]],
  ["audit", []],
  ["erase", [...DEV, "--caller", "web"]],
  ["adopt", ["--gateway", "app", "--stack", "new"]],
  ["verify", [...DEV, "--url", "API", "--wait", "0"]],
  ["probe", [...DEV, "--yes", "--no-evidence", "--wait", "0", "--data-url", "API"]],
];

test.each(COMMANDS)(
  "npm run %s %j shows no token that can stand in no header",
  async (name, args) => {
    const url = await listen(() => Response.json({ success: true, result: [] }));
    const variables = ["CLOUDFLARE_API_TOKEN", "AI_GATEWAY_CALLER_TOKEN", "AI_GATEWAY_RUN_TOKEN"];
    for (const [index, variable] of variables.entries()) {
      for (const value of isSoak ? BREAKS : BREAKS.slice(index, index + 2)) {
        const { stdout, stderr } = await run(name, args, {
          CLOUDFLARE_BASE_URL: url,
          [variable]: value,
        });
        expect(stdout + stderr).not.toContain(MARK);
      }
    }
  },
);

test("a token with a line break ends with 2 and a sentence that names its variable", async () => {
  const token = { CLOUDFLARE_API_TOKEN: `${MARK}\n` };

  expect(await run("logs", DEV, token)).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "error: CLOUDFLARE_API_TOKEN has a line break, a space or another character that no token has; remove it\n",
  });
});

test.each(COMMANDS)(
  "npm run %s %j shows no secret of its environment's addresses and ids",
  async (name, args) => {
    for (const address of [`ftp://x:${MARK}@y.test`, `http://x:${MARK}@127.0.0.1:9`, MARK]) {
      const { code, stdout, stderr } = await run(name, args, { CLOUDFLARE_BASE_URL: address });
      expect({ code, isShown: (stdout + stderr).includes(MARK) }).toEqual({
        code: 2,
        isShown: false,
      });
    }
    const { stdout, stderr } = await run(name, args, { CLOUDFLARE_ACCOUNT_ID: MARK });
    expect(stdout + stderr).not.toContain(MARK);
  },
);

test.each([
  ["caller", ["add", MARK, ...DEV]],
  ["caller", ["rotate", MARK, ...DEV]],
  ["caller", ["remove", MARK, ...DEV]],
  ["caller", ["remove", "web", "--key", MARK, ...DEV]],
  ["caller", [MARK, "web", ...DEV]],
  ["verify", [...DEV, "--url", `https://x:${MARK}@y.test`]],
  ["verify", [...DEV, "--url", `ftp://x:${MARK}@y.test`]],
  ["probe", [...DEV, "--yes", "--data-url", `http://x:${MARK}@127.0.0.1:9`]],
  ["probe", [...DEV, "--wait", MARK]],
  ["logs", [...DEV, "--limit", MARK]],
  ["logs", [...DEV, "--since", MARK]],
  ["logs", [...DEV, "--until", `Bearer ${MARK}`]],
  ["comment", ["--run", `https://x:${MARK}@y.test`, "--commit", MARK]],
  ["review", ["--format", MARK]],
  ["review", ["--stack", MARK]],
  ["audit", ["--stack", MARK]],
  ["logs", ["--stack", MARK]],
  ["verify", ["--stack", MARK]],
  ["probe", ["--stack", MARK, "--yes"]],
  ["erase", ["--stack", MARK, "--caller", "web"]],
  ["destroy", ["--stack", MARK]],
  ["doctor", ["--stack", MARK]],
  ["caller", ["add", "web", "--stack", MARK]],
  ["adopt", ["--stack", `${MARK}/x`, "--gateway", "app"]],
])("npm run %s %j is refused without what may be a secret", async (name, args) => {
  const { code, stdout, stderr } = await run(name, args, {});

  expect({ code, isShown: (stdout + stderr).includes(MARK) }).toEqual({ code: 2, isShown: false });
});

/** One secret in each place of a stack file, as a line that is added to it or put in another's place. */
const PASTED: readonly (readonly [place: string, from: RegExp | string, to: string])[] = [
  ["a gateway's id", "shop-dev", MARK],
  [
    "a content type",
    /$/,
    `  ai-gateway:exports: [{ url: https://a.test, contentType: "${MARK}" }]\n`,
  ],
  [
    "a bearer as a content type",
    /$/,
    `  ai-gateway:exports: [{ contentType: "Bearer ${MARK}" }]\n`,
  ],
  ["an address", /$/, `  ai-gateway:exports: [{ url: "https://x:${MARK}@a.test" }]\n`],
  ["a header's name", /$/, `  ai-gateway:exports: [{ headers: { ${MARK}: x } }]\n`],
  [
    "a caller's name",
    /$/,
    `  ai-gateway:callers: [{ name: ${MARK}, sha256: ${"a1".repeat(32)} }]\n`,
  ],
  ["a caller's hash", /$/, `  ai-gateway:callers: [{ name: web, sha256: ${MARK} }]\n`],
  ["a reader's name", /$/, `  ai-gateway:readers: [{ name: ${MARK}, kind: person }]\n`],
  [
    "a waiver's rule",
    /$/,
    `  ai-gateway:waivers: [{ rule: ${MARK}, reason: "${MARK}", until: 2999-01-01 }]\n`,
  ],
  [
    "a waiver's reason",
    /$/,
    `  ai-gateway:waivers: [{ rule: no-callers, reason: "see ${MARK}", until: 2027-01-01 }]\n`,
  ],
  ["a fallback", /$/, `  ai-gateway:fallbacks: ["-----BEGIN PRIVATE KEY-----${MARK}"]\n`],
  ["a model", "@cf/openai/gpt-oss-120b", MARK],
  ["a provider's model", "@cf/openai/gpt-oss-120b", `openai/sk-proj-${MARK}`],
  ["a key", /$/, `  ai-gateway:${MARK}: 1\n`],
  ["a key of another namespace", /$/, `  aws:${MARK}: 1\n`],
  ["a key inside", /$/, `  ai-gateway:logs: { ${MARK}: 1 }\n`],
  ["an account", /$/, `  ai-gateway:accountId: ${MARK}\n`],
  ["an anchor", /$/, `  ai-gateway:zdr: &${MARK} true\n`],
  ["an alias", /$/, `  ai-gateway:zdr: *${MARK}\n`],
  ["a tag", /$/, `  ai-gateway:zdr: !${MARK} true\n`],
  ["a line that is no YAML", /$/, `${MARK}\n`],
  ["a quote that never ends", /$/, `  ai-gateway:zdr: "${MARK}\n`],
  ["an environment", /^/, `environment: ["${MARK}"]\n`],
];

const OFFLINE = [
  ["review", []],
  ["review", ["--format", "markdown"]],
  ["review", ["--format", "json"]],
  ["caller", ["add", "other", ...DEV]],
  ["caller", ["remove", "web", ...DEV]],
  ["destroy", DEV],
] as const;

/** All commands read a stack file by one function: a few for each place do, and all in a soak. */
function commandsFor(place: number) {
  const every = [...COMMANDS, ...OFFLINE];
  return isSoak ? every : every.filter((_, index) => (index + place) % 5 === 0);
}

test.each(PASTED.map((pasted, place) => [...pasted, commandsFor(place)] as const))(
  "a secret as %s of a stack file is in no command's output",
  async (_, from, to, commands) => {
    const folder = await mkdtemp(join(tmpdir(), "pasted-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const text = stackText("dev");
    const pasted = text.replace(from, () => to);
    expect(pasted).not.toBe(text);
    await writeFile(join(folder, "Pulumi.yaml"), readFileSync(join(STACKS, "Pulumi.yaml")));
    for (const [name, args] of commands) {
      await writeFile(join(folder, "Pulumi.dev.yaml"), pasted);
      const { stdout, stderr } = await run(name, args, {}, folder);
      expect({ name, isShown: (stdout + stderr).includes(MARK) }).toEqual({ name, isShown: false });
    }
  },
);

/**
 * Runs a command before an API that refuses at once, which no client repeats; `API` among its
 * arguments is its address.
 */
async function run(name: string, args: readonly string[], changes: Environment, folder?: string) {
  const api = await listen(() => Response.json({ success: false, errors: [] }, { status: 403 }));
  const environment = {
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: api,
    ...changes,
  };
  const words = args.map((word) => (word === "API" ? api : word));
  return callOps(name, words, environment, folder);
}
