/** What a first deploy would lack: each fault planted by itself, on this machine, in the file and in the account. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { beforeAll, expect, onTestFinished, test } from "vitest";

import { DEFAULT_STORE } from "../../local/api/secrets-store.ts";
import type { WorkerRecord } from "../../local/api/worker-record.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { toPage } from "../../policy/statement/page.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { OPEN } from "../support/gateway.ts";
import { callOps, type Ended } from "../support/ops-command.ts";
import { STACKS, stackText } from "../support/settings.ts";
import { makePrograms } from "../support/programs.ts";

/** A folder with a Pulumi and a Node that answer as new ones do. */
let programs: string;
beforeAll(async () => {
  programs = await makePrograms({});
  return () => rm(programs, { recursive: true });
});

test("what to do about a page of another policy stands there once", async () => {
  const scene = await prepare();
  await scene.edit("maxEntries: 10000", "maxEntries: 20000");

  const { stdout } = await examine(scene);

  expect(stdout.match(/npm run policy/g)).toHaveLength(1);
});

test("a policy page that is a folder ends with 2 and one sentence", async () => {
  const scene = await prepare();
  const page = join(scene.folder, "docs/policy/dev.md");
  await rm(page);
  await mkdir(page);

  const { code, stderr } = await examine(scene);

  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "error: dev.md is a link or a folder; a policy page is a file\n",
  });
});

test("a stack that lacks nothing ends with 0", async () => {
  const { code, stdout } = await examine(await prepare());

  expect(stdout).toContain("✔ Pulumi CLI: v9.1.0");
  expect(stdout).toContain("✔ Pulumi's state: logged in");
  // The label of an imitation is somebody else's at Cloudflare.
  expect(stdout).toContain("? workers.dev: not looked at, because CLOUDFLARE_BASE_URL is an imit");
  expect(stdout).not.toContain("local.workers.dev");
  expect(stdout).toContain("✔ gateway shop-dev: is free to be made");
  expect(stdout).toContain("0 to do before pulumi up,");
  expect(code).toBe(0);
});

test("everything that is missing is told at once, as JSON, too", async () => {
  const scene = await prepare();
  await scene.edit("plan: free", "plan: fre");

  const { code, stdout } = await examine(
    { ...scene, env: { PATH: scene.folder, CLOUDFLARE_API_TOKEN: "" } },
    "--json",
  );

  expect(code).toBe(1);
  const broken = JSON.parse(stdout).filter(({ kind }: { kind: string }) => kind === "broken");
  expect(broken.map(({ area, about }: Record<string, string>) => [area, about])).toEqual([
    ["this machine", "Pulumi CLI"],
    ["stack file", "plan"],
    ["account", "credentials"],
  ]);
});

test.each<[string, (scene: Scene) => Promise<unknown> | void, string]>([
  [
    "a gateway of that name",
    ({ running }) =>
      running.account.declare({
        gateways: new Map([["shop-dev", { ...OPEN, aiGatewayId: "shop-dev" }]]),
      }),
    "! gateway shop-dev: exists already\n    → where this stack did not make it, adopt it: npm run adopt -- --gateway shop-dev --stack dev",
  ],
  [
    "a Worker of somebody else",
    ({ running }) => running.account.put("workers", "talk-dev", worker("other")),
    '✘ Worker talk-dev: exists, bound to "other", and pulumi up would replace its code\n    → choose another worker.name',
  ],
  [
    "the stack's own Worker",
    ({ running }) => running.account.put("workers", "talk-dev", worker("shop-dev")),
    "· Worker talk-dev: exists, bound to this stack's gateway",
  ],
  [
    "another plan",
    (scene) => scene.edit("plan: free", "plan: paid"),
    "! plan: is paid; the account has no subscription of Workers Paid, by its name\n    → set ai-gateway:plan: free",
  ],
  [
    "a page of another policy",
    (scene) => scene.edit("maxEntries: 10000", "maxEntries: 20000"),
    "; run npm run policy, and have the page reviewed",
  ],
  [
    "a secret that nothing encrypted",
    (scene) => scene.append(exporter("https://otel.acme.dev/v1", "REPLACE_ME")),
    "✘ exports[0].headers.Authorization: has a stand-in under secure, and nothing that Pulumi has encrypted\n    → pulumi config set --secret --path 'ai-gateway:exports[0].headers.Authorization'",
  ],
  [
    "an address of the documentation",
    (scene) => scene.append(exporter("https://otel.example.com/v1", CIPHER)),
    '✘ exports[0].url: is at "otel.example.com", a name for documentation, which belongs to nobody',
  ],
  [
    "an e-mail address of the documentation",
    (scene) => scene.append("  ai-gateway:alerts: { email: ops@example.com }\n"),
    '✘ alerts.email: is at "example.com", a name for documentation, which belongs to nobody',
  ],
  [
    "a Secrets Store that the account does not have",
    (scene) => scene.append(`  ai-gateway:secretsStoreId: "${"0".repeat(32)}"\n`),
    "✘ secretsStoreId: is no Secrets Store of the account\n    → npx wrangler secrets-store store list",
  ],
  [
    "the account's Secrets Store",
    (scene) => scene.append(`  ai-gateway:secretsStoreId: "${DEFAULT_STORE}"\n`),
    "✔ secretsStoreId: is a Secrets Store of the account",
  ],
  [
    "a file that breaks a rule",
    (scene) =>
      scene.append(
        '  ai-gateway:waivers: [{ rule: nonsense, until: "2027-01-01", reason: "nobody needs this one" }]\n',
      ),
    "[waiver-unknown]",
  ],
])("%s is found", async (_, plant, line) => {
  const scene = await prepare();
  await plant(scene);

  const { code, stdout, stderr } = await examine(scene);

  expect(stdout + stderr).toContain(line);
  expect(code).toBe(line.startsWith("✘") || stdout.includes("  ✘") ? 1 : 0);
});

test.each([
  [
    "all that the deploy needs",
    ["AI Gateway Write", "Workers Scripts Write"],
    "✔ CLOUDFLARE_API_TOKEN: may do what the deploy needs: AI Gateway Edit, Workers Scripts Edit",
    0,
  ],
  [
    "no Workers",
    ["AI Gateway Write"],
    "✘ CLOUDFLARE_API_TOKEN: lacks Workers Scripts Edit\n    → give it Workers Scripts Edit for this account",
    1,
  ],
])("a token with %s is compared with what the stack needs", async (_, names, line, code) => {
  const scene = await prepare();
  const token = await makeToken(scene.running, [...names, "Account API Tokens Read"]);

  const ended = await examine({ ...scene, env: { CLOUDFLARE_API_TOKEN: token } });

  expect(ended.stdout).toContain(line);
  expect(ended.code).toBe(code);
});

test("what a token may not read is not looked at, and names the permission", async () => {
  const scene = await prepare();
  const token = await makeToken(scene.running, ["Workers Scripts Read"]);

  const { stdout, code } = await examine({ ...scene, env: { CLOUDFLARE_API_TOKEN: token } });

  for (const [mark, about, permission] of [
    ["\\?", "CLOUDFLARE_API_TOKEN", "Account API Tokens Read"],
    ["\\?", "plan", "Billing Read"],
    // No deploy succeeds without it.
    ["✘", "gateway shop-dev", "AI Gateway Read"],
  ]) {
    expect(stdout).toMatch(
      new RegExp(
        `  ${mark} ${about}: .* CLOUDFLARE_API_TOKEN lacks ${permission} for this account`,
      ),
    );
  }
  expect(code).toBe(1);
});

const NOBODY = "✘ CLOUDFLARE_API_TOKEN: the token is not accepted, or not of this account";

test.each<[string, Record<string, string>, string]>([
  ["a wrong token", { CLOUDFLARE_API_TOKEN: "wrong" }, NOBODY],
  ["another account", { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32) }, NOBODY],
  [
    "no answer",
    { CLOUDFLARE_BASE_URL: "http://127.0.0.1:1/client/v4" },
    "✘ account: cannot be looked at: no answer",
  ],
])("%s is one thing to do, and no list of what was not looked at", async (_, env, line) => {
  const { code, stdout } = await examine({ ...(await prepare()), env });

  expect(stdout.slice(stdout.indexOf("\naccount\n"))).toContain(`\naccount\n  ${line}`);
  expect(stdout).toContain("1 to do before pulumi up, 1 to know, 0 not looked at");
  expect(code).toBe(1);
});

const CIPHER = "v1:Zm9vYmFyYmF6cXV4:c2VjcmV0LXRleHQtb2Ytc29tZWJvZHk=";

interface Scene {
  readonly running: RunningAccount;
  readonly folder: string;
  /** Replaces a text in the stack file, which must have it. */
  edit(from: string, to: string): Promise<void>;
  /** Adds settings to the stack file. */
  append(text: string): Promise<void>;
  readonly env?: Readonly<Record<string, string>>;
}

const FILE = "Pulumi.dev.yaml";

/** Prepares an empty account, and a project whose page is that of its file. */
async function prepare(): Promise<Scene> {
  const running = await startAccount({ gateways: [] });
  const folder = await mkdtemp(join(tmpdir(), "doctor-"));
  onTestFinished(async () => {
    await running.stop();
    await rm(folder, { recursive: true });
  });
  await cp(STACKS, folder, { recursive: true });
  const { stack } = read(stackText("dev"));
  await mkdir(join(folder, "docs/policy"), { recursive: true });
  await writeFile(join(folder, "docs/policy/dev.md"), toPage("dev", await stateStack(stack)));
  const change = async (to: (text: string) => string) =>
    writeFile(join(folder, FILE), to(await readFile(join(folder, FILE), "utf8")));
  return {
    running,
    folder,
    append: (text) => change((before) => before + text),
    edit: (from, to) =>
      change((before) => {
        if (!before.includes(from)) throw new Error(`${FILE} has no ${from}`);
        return before.replace(from, to);
      }),
  };
}

function read(text: string) {
  const found = parseStackFile("dev", text);
  if (!found.ok) throw new Error("the tests' own stack cannot be read");
  return found;
}

function examine({ running, folder, env }: Scene, ...words: readonly string[]): Promise<Ended> {
  const environment = {
    PATH: programs,
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    CLOUDFLARE_API_TOKEN: running.key,
    ...env,
  };
  return callOps("doctor", ["--stack", "dev", ...words], environment, folder);
}

/** Makes a token of the account with some permissions. */
async function makeToken(running: RunningAccount, names: readonly string[]): Promise<string> {
  const { accountId } = running;
  const { tokens } = running.client().accounts;
  const { result } = await tokens.permissionGroups.list({ account_id: accountId });
  const permission_groups = result.flatMap(({ id = "", name = "" }) =>
    names.includes(name) ? [{ id }] : [],
  );
  const resources = { [`com.cloudflare.api.account.${accountId}`]: "*" };
  const policies = [{ effect: "allow" as const, permission_groups, resources }];
  const { value = "" } = await tokens.create({ account_id: accountId, name: "deploy", policies });
  return value;
}

function exporter(url: string, secure: string): string {
  return `  ai-gateway:exports:
    - kind: otel
      url: ${url}
      keepDays: 7
      headers:
        Authorization:
          secure: ${secure}
`;
}

function worker(gatewayId: string): WorkerRecord {
  return {
    name: "talk-dev",
    mainModule: "chat.js",
    modules: [],
    compatibilityDate: "2026-10-23",
    compatibilityFlags: [],
    bindings: [{ type: "plain_text", name: "GATEWAY_ID", text: gatewayId }],
    settings: {},
    subdomain: { enabled: true, previews_enabled: false },
    crons: [],
    createdAt: "2026-11-22T00:00:00Z",
    modifiedAt: "2026-11-22T00:00:00Z",
    isDeclared: false,
  };
}
