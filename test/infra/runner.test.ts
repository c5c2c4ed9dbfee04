import { afterAll, beforeAll, expect, test } from "vitest";

import { listen } from "../support/listen.ts";
import { copyProject, type Project } from "../support/project.ts";
import { runProgram } from "../support/pulumi-engine.ts";
import { scriptApi, success } from "../support/scripted-api.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackConfig } from "../support/settings.ts";

let project: Project;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

// Not today, which may be over before the program looks.
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

const WITH_COPIES = {
  plan: "paid",
  logs: { collect: "full", maxEntries: 90_000, whenFull: "deleteOldest" },
  logpush: { bucket: "shop-logs", keepDays: 30, publicKey: PUBLIC_KEY },
  waivers: [
    { rule: "account-facts-differ", reason: "prod is on another plan here", until: TOMORROW },
  ],
};

const EVERY_PART = {
  ...WITH_COPIES,
  logs: { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest", keepDays: 30 },
  readers: [{ name: "oncall", kind: "person", until: TOMORROW, token: true }],
};

/** A fetch that answers as Cloudflare does about a gateway and the subdomain of an account, and to nothing else. */
const ACME = `
  const account = "https://api.cloudflare.com/client/v4/accounts/0123456789abcdef0123456789abcdef";
  const results = {
    [account + "/workers/subdomain"]: { subdomain: "acme" },
    [account + "/ai-gateway/gateways/shop-dev"]: { id: "shop-dev" },
  };
  globalThis.fetch = async (url) => {
    const result = results[String(url)];
    if (result === undefined) throw new Error("no network");
    const headers = { "content-type": "application/json" };
    return new Response(JSON.stringify({ success: true, result }), { headers });
  };
`;

test("Pulumi's own runner loads the program, and gets its resources and outputs without a word", async () => {
  const settings = stackConfig("dev", EVERY_PART);
  const nodeArgs = [`--import=data:text/javascript,${encodeURIComponent(ACME)}`];
  const env = { CLOUDFLARE_API_TOKEN: "t".repeat(40) };

  const run = await runProgram({ project, stack: "dev" }, settings, { nodeArgs, env });

  expect(run).toEqual({
    exitCode: 0,
    log: [],
    resources: [
      "ai-gateway:index:ChatWorker chat",
      "ai-gateway:index:Gateway gateway",
      "ai-gateway:index:Logpush logpush",
      "ai-gateway:index:Readers readers",
      "ai-gateway:index:RetentionWorker retention",
      "cloudflare:index/accountToken:AccountToken logpush",
      "cloudflare:index/accountToken:AccountToken readers-oncall",
      "cloudflare:index/accountToken:AccountToken retention",
      "cloudflare:index/aiGateway:AiGateway gateway",
      "cloudflare:index/r2Bucket:R2Bucket logpush",
      "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle logpush",
      "cloudflare:index/workersCronTrigger:WorkersCronTrigger retention",
      "cloudflare:index/workersScript:WorkersScript chat",
      "cloudflare:index/workersScript:WorkersScript retention",
      "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain chat",
      "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain retention",
      "pulumi-nodejs:dynamic/ai-gateway:LogpushJob logpush",
      "pulumi:pulumi:Stack ai-gateway-dev",
    ],
    outputs: {
      gatewayId: "shop-dev",
      // By the account's subdomain.
      workerUrl: "https://talk-dev.acme.workers.dev",
      openaiBaseUrl:
        "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/shop-dev/openai",
      readerTokens: expect.anything(),
      policyFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    },
    hooks: [],
  });
});

test("the hooks look and repair through the API that the environment names", async () => {
  const gateway = "/accounts/0123456789abcdef0123456789abcdef/ai-gateway/gateways/shop-dev";
  const guardrails = { prompt: { P1: "BLOCK" }, response: {} };
  const script = scriptApi({
    [`GET ${gateway}`]: [
      { id: "shop-dev" },
      { id: "shop-dev" },
      { id: "shop-dev", guardrails },
      { id: "shop-dev", guardrails, dlp: { enabled: true, policies: [{ id: "cards" }] } },
      { id: "shop-dev", guardrails },
    ],
    [`PUT ${gateway}`]: [{}],
    [`GET ${gateway}/logs`]: [success({ result: [], result_info: { total_count: 5 } })],
  });
  const settings = stackConfig("dev", { guardrails: { prompt: { P1: "block" } } });
  const runHooks = { oldInputs: { dlp: { enabled: true, policies: [{ id: "cards" }] } } };
  const env = {
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: await listen(script.fetch),
  };

  const { hooks, log } = await runProgram({ project, stack: "dev" }, settings, { env, runHooks });

  expect(hooks).toEqual([
    ["gateway-is-new", expect.stringMatching(/^gateway shop-dev exists in account 0123/)],
    ["gateway-is-complete", "ok"],
    ["gateway-is-complete", "ok"],
    ["gateway-logs-go", "ok"],
  ]);
  expect(script.bodies).toEqual([
    { guardrails },
    { guardrails, dlp: { enabled: false, policies: [] } },
  ]);
  expect(log).toEqual([
    "warning: gateway shop-dev goes, and its logs (5) with it; nothing brings them back",
  ]);
});

// Seen with the real engine: the hook failed once, and the next plain `up`, which ran no hook, exited 0 in silence.
test("a deploy that changes nothing fails where the gateway lacks what the stack declares", async () => {
  const path = "/accounts/0123456789abcdef0123456789abcdef/ai-gateway/gateways/shop-dev";
  const script = scriptApi({ [`GET ${path}`]: [{ id: "shop-dev", guardrails: null }] });
  const settings = stackConfig("dev", { guardrails: { prompt: { P1: "block" } } });
  const env = {
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: await listen(script.fetch),
  };

  const { exitCode, log, resources } = await runProgram({ project, stack: "dev" }, settings, {
    env,
  });

  expect(exitCode).not.toBe(0);
  expect(log).toEqual([
    "error: gateway shop-dev does not hold what the stack declares for guardrails; " +
      "run `pulumi up --refresh`, and set in the dashboard what that does not mend",
  ]);
  expect(resources).toContain("cloudflare:index/workersScript:WorkersScript chat");
  expect(script.requests).toEqual([`GET ${path}`]);
});

// What --ignore-protect ignores is Pulumi's own protection: the engine runs a resource's hooks all the same.
test("a protected gateway and its bucket of copies refuse to be deleted, each in one sentence", async () => {
  const settings = stackConfig("dev", { ...WITH_COPIES, protect: true });

  const { hooks } = await runProgram({ project, stack: "dev" }, settings, {
    runHooks: { oldInputs: {} },
  });

  const refusal =
    "is protected (protect: true), and is neither deleted nor replaced; where its logs may go, set protect: false and run `pulumi up` first";
  const refused = hooks.filter(([name]) => name === "gateway-is-protected");
  expect(refused.map(([, end]) => end).toSorted()).toEqual([
    `bucket shop-logs ${refusal}`,
    `gateway shop-dev ${refusal}`,
  ]);
});

test("without credentials the hooks warn and stop nothing that is not protected", async () => {
  const settings = stackConfig("dev", {
    ...WITH_COPIES,
    protect: false,
    guardrails: { prompt: { P1: "block" } },
  });

  const { hooks, log } = await runProgram({ project, stack: "dev" }, settings, {
    runHooks: { oldInputs: {} },
  });

  expect(hooks.map(([, end]) => end)).toEqual(["ok", "ok", "ok", "ok"]);
  expect(log.map((line) => line.replace(/the environment has no .*/, "…"))).toEqual([
    "warning: gateway shop-dev: not looked whether it exists already, because …",
    "warning: gateway shop-dev: not looked what it holds, because …",
    "warning: gateway shop-dev: not looked what it holds, because …",
    "warning: gateway shop-dev: not looked what it holds, because …",
    "warning: gateway shop-dev goes, and its logs (how many is not known: …",
  ]);
});

test("a preview without a network leaves the output out, with a sentence, and looks for no gateway", async () => {
  const offline = 'globalThis.fetch = async () => { throw new Error("no network"); };';
  const nodeArgs = [`--import=data:text/javascript,${encodeURIComponent(offline)}`];
  const env = { CLOUDFLARE_API_TOKEN: "t".repeat(40) };

  const settings = stackConfig("dev", { guardrails: { prompt: { P1: "block" } } });
  const run = await runProgram({ project, stack: "dev" }, settings, {
    nodeArgs,
    env,
    dryRun: true,
  });

  expect(run.exitCode).toBe(0);
  expect(run.outputs).not.toHaveProperty("workerUrl");
  expect(run.log).toEqual([
    "info: the output workerUrl is left out: the account's workers.dev subdomain is not known (Cloudflare's API did not answer); npm run verify looks again, and worker.workersDevSubdomain declares it",
  ]);
});

test("bad settings reach the CLI as one error, without a stack trace", async () => {
  const run = await runProgram({ project, stack: "dev" }, stackConfig("dev", { tier: "staging" }));

  expect(run.exitCode).not.toBe(0);
  expect(run.log).toEqual([
    'error: stack dev has 1 problem:\n  ai-gateway:tier is "staging"; allowed is development or production',
  ]);
});

test("a Node that is too old is named at once, with what to do", async () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const nodeArgs = [`--import=data:text/javascript,${pretend}`];
  const run = await runProgram({ project, stack: "dev" }, stackConfig("dev"), { nodeArgs });

  expect(run.exitCode).not.toBe(0);
  expect(run.log).toEqual([
    "error: Node 20.20.2 is too old: this program needs 22.18 or newer. " +
      "Run Pulumi as `npm run pulumi -- up`, which uses the Node that `npm ci` installed",
  ]);
});
