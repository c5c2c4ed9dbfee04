import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";

import { lookAgain } from "../../infra/hooks/gateway-hooks.ts";
import { recordStack, type Recorded, type Recording } from "../../record/record.ts";
import { stackConfig, stackWith } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({
    file: `dist/${name}.js`,
    sha256: "abcdef0123456789".repeat(4),
  }),
}));

test("the dev gateway keeps full logs under a small cap, and may be deleted", async () => {
  const { inputs, protect, retainOnDelete } = gateway(await record("dev"));

  expect(inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    aiGatewayId: "shop-dev",
    authentication: true,
    byokOnly: false,
    collectLogs: true,
    logManagement: 10_000,
    logManagementStrategy: "DELETE_OLDEST",
    logClassification: false,
    logpush: false,
    zdr: false,
    cacheTtl: 0,
    cacheInvalidateOnUpdate: true,
    rateLimitingLimit: 0,
    rateLimitingInterval: 0,
    rateLimitingTechnique: "fixed",
    workersAiBillingMode: "postpaid",
    storeId: "",
  });
  expect({ protect, retainOnDelete }).toEqual({ protect: false, retainOnDelete: false });
});

test("the prod gateway is closed and protected: the Worker alone switches its calls' logs on", async () => {
  const { inputs, protect, retainOnDelete } = gateway(await record("prod"));

  expect(inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    aiGatewayId: "shop-prod",
    authentication: true,
    byokOnly: false,
    collectLogs: false,
    logManagement: 90_000,
    logManagementStrategy: "DELETE_OLDEST",
    logClassification: false,
    logpush: false,
    zdr: false,
    cacheTtl: 0,
    cacheInvalidateOnUpdate: true,
    rateLimitingLimit: 600,
    rateLimitingInterval: 60,
    rateLimitingTechnique: "sliding",
    workersAiBillingMode: "postpaid",
    storeId: "",
  });
  expect({ protect, retainOnDelete }).toEqual({ protect: true, retainOnDelete: true });
});

test("a stack that keeps no logs declares a gateway that collects none", async () => {
  const logs = { collect: "none", maxEntries: 20_000, whenFull: "stop" };

  expect(gateway(await record("dev", { logs })).inputs).toMatchObject({
    collectLogs: false,
    logManagement: 20_000,
    logManagementStrategy: "STOP_INSERTING",
  });
});

test("on Workers Observability the cap is pinned to the API's own default", async () => {
  const changes = { logSystem: "observability", logs: { collect: "metadata" } };

  expect(gateway(await record("prod", changes)).inputs).toMatchObject({
    collectLogs: false,
    logManagement: 10_000_000,
    logManagementStrategy: "DELETE_OLDEST",
  });
});

test("cache and retries reach the gateway as the stack says them", async () => {
  const changes = {
    cache: { ttlSeconds: 300 },
    retry: { maxAttempts: 2, delayMs: 500, backoff: "exponential" },
  };

  expect(gateway(await record("dev", changes)).inputs).toMatchObject({
    cacheTtl: 300,
    retryMaxAttempts: 2,
    retryDelay: 500,
    retryBackoff: "exponential",
  });
});

test("the Worker is bound to its stack's gateway, log policy, models and callers", async () => {
  const { inputs } = worker(await record("prod"));

  expect(inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    scriptName: "talk-prod",
    mainModule: "chat.js",
    contentFile: "dist/chat.js",
    contentSha256: "abcdef0123456789".repeat(4),
    compatibilityDate: "2026-10-23",
    compatibilityFlags: ["enable_request_signal"],
    observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
    bindings: [
      { name: "AI", type: "ai" },
      { name: "GATEWAY_ID", type: "plain_text", text: "shop-prod" },
      { name: "COLLECT_LOGS", type: "plain_text", text: "metadata" },
      {
        name: "MODELS",
        type: "plain_text",
        text: JSON.stringify([
          { id: "@cf/meta/llama-3.1-8b-instruct-fast", speaks: "workers-ai" },
          { id: "@cf/openai/gpt-oss-120b", speaks: "workers-ai" },
        ]),
      },
      { name: "ALLOW", type: "plain_text", text: "[]" },
      { name: "ACCESS", type: "plain_text", text: "token" },
      { name: "ORIGINS", type: "plain_text", text: "[]" },
      {
        name: "CALLERS",
        type: "secret_text",
        text: `[{"name":"web","sha256":"${"ab".repeat(32)}"}]`,
      },
      { name: "FALLBACKS", type: "plain_text", text: "[]" },
      { name: "TIMEOUT_MS", type: "plain_text", text: "120000" },
      { name: "IDLE_MS", type: "plain_text", text: "120000" },
      { name: "MAX_BODY_BYTES", type: "plain_text", text: "1000000" },
      { name: "STACK", type: "plain_text", text: "prod" },
      { name: "RELEASE", type: "plain_text", text: "abcdef012345" },
    ],
  });
});

test("a limit for each caller is a binding of the stack's own, and absent where none is set", async () => {
  const limited = (name: string) =>
    record("dev", {
      worker: { name, models: ["@cf/a/b"], callerLimit: { requests: 5, periodSeconds: 10 } },
    });
  const limitOf = (recording: Recording) =>
    z
      .array(z.looseObject({ name: z.string() }))
      .parse(worker(recording).inputs["bindings"])
      .find(({ name }) => name === "CALLER_LIMIT");

  const [one, two] = [limitOf(await limited("one")), limitOf(await limited("two"))];
  expect(one).toEqual({
    name: "CALLER_LIMIT",
    type: "ratelimit",
    namespaceId: expect.stringMatching(/^\d+$/),
    simple: { limit: 5, period: 10 },
  });
  expect(one?.["namespaceId"]).not.toBe(two?.["namespaceId"]);
  expect(limitOf(await record("dev"))).toBeUndefined();
});

test("Cloudflare Access, hashed names, placement and CPU time reach the Worker where the stack says so", async () => {
  const audience = "a1".repeat(32);
  const { inputs, secretInputs } = worker(
    await record("dev", {
      plan: "paid",
      anonymousCallers: { key: "c3".repeat(32) },
      worker: {
        name: "w",
        models: ["@cf/a/b"],
        cloudflareAccess: { team: "acme", audience },
        placement: "smart",
        cpuMs: 50,
      },
      waivers: [
        {
          rule: "placement-not-deployable",
          reason: "what a provider gets that takes it",
          until: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
        },
      ],
    }),
  );

  expect(inputs).toMatchObject({ placement: { mode: "smart" }, limits: { cpuMs: 50 } });
  expect(inputs["bindings"]).toContainEqual({
    name: "CLOUDFLARE_ACCESS",
    type: "plain_text",
    text: `{"team":"acme","audience":"${audience}"}`,
  });
  expect(inputs["bindings"]).toContainEqual({
    name: "CALLER_HASH_KEY",
    type: "secret_text",
    text: "c3".repeat(32),
  });
  expect(secretInputs).toContain("bindings");
});

test("the callers' hashes and the token are secret in the state, and nothing else is", async () => {
  const { resources } = await record("prod");

  expect(resources.filter(({ secretInputs }) => secretInputs.length > 0)).toMatchObject([
    { type: WORKERS_SCRIPT, name: "retention", secretInputs: ["bindings"] },
    { type: WORKERS_SCRIPT, name: "chat", secretInputs: ["bindings"] },
  ]);
});

test("the Worker waits for its gateway, and its address for the Worker", async () => {
  const { resources } = await record("dev");

  expect(resources.map(({ type, parent, dependencies }) => [type, parent, dependencies])).toEqual([
    [AI_GATEWAY, "ai-gateway:index:Gateway gateway", []],
    [WORKERS_SCRIPT, "ai-gateway:index:ChatWorker chat", [`${AI_GATEWAY} gateway`]],
    [SUBDOMAIN, "ai-gateway:index:ChatWorker chat", [`${WORKERS_SCRIPT} chat`]],
  ]);
});

test("a look before a create, at what was made, and at the logs that go hangs on every gateway", async () => {
  const recording = await record("dev");

  expect(gateway(recording).hooks).toEqual({
    beforeCreate: ["gateway-is-new"],
    afterCreate: ["gateway-is-complete"],
    afterUpdate: ["gateway-is-complete"],
    beforeDelete: ["gateway-logs-go"],
  });
  expect(recording.previewHooks).toEqual([
    "gateway-is-new",
    "gateway-logs-go",
    "gateway-is-protected",
  ]);
});

// Pulumi's destroy deletes nothing without the program where any resource has a hook of its deletion.
test("a protected gateway has a hook that refuses its deletion; the look for older ones is there", async () => {
  const recording = await record("prod");

  expect(gateway(recording).hooks).toMatchObject({ beforeDelete: ["gateway-is-protected"] });
  expect(recording.previewHooks).toContain("gateway-logs-go");
});

test("only the gateway has a hook of its deletion: the rest of a protected stack stays removable", async () => {
  const { resources } = await record("prod");

  expect(resources.filter(({ hooks }) => "beforeDelete" in hooks).map(({ type }) => type)).toEqual([
    AI_GATEWAY,
  ]);
});

test("a recording asks no account, whatever the environment has", async () => {
  vi.stubEnv("CLOUDFLARE_API_TOKEN", "t".repeat(40));
  // Port 1 is nobody's: a request would fail.
  vi.stubEnv("CLOUDFLARE_BASE_URL", "http://127.0.0.1:1");
  onTestFinished(() => void vi.unstubAllEnvs());

  await record("prod");

  await expect(lookAgain(stackWith("prod").settings)).resolves.toBeUndefined();
});

test("a gateway that was imported by its logical name alone is the program's", async () => {
  expect(gateway(await record("prod")).aliases).toEqual(["no parent"]);
});

test("an address is open only where the stack says so, and previews never are", async () => {
  const open = await record("dev");
  const closed = await record("dev", {
    worker: { name: "talk-dev", models: ["@cf/a/b"], workersDev: false },
  });

  expect([open, closed].map((recording) => find(recording, SUBDOMAIN).inputs)).toMatchObject([
    { scriptName: "talk-dev", enabled: true, previewsEnabled: false },
    { scriptName: "talk-dev", enabled: false, previewsEnabled: false },
  ]);
});

test("the stack tells its gateway, the SDK's base URL and the Worker's address", async () => {
  const { outputs } = await record("dev", {
    worker: { name: "w", models: ["@cf/a/b"], workersDev: true, workersDevSubdomain: "acme" },
  });

  expect(outputs).toEqual({
    gatewayId: "shop-dev",
    openaiBaseUrl:
      "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/shop-dev/openai",
    policyFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    workerUrl: "https://w.acme.workers.dev",
  });
});

test("a domain of its own is declared for the Worker, and is its address", async () => {
  const recording = await record("dev", {
    worker: { name: "w", models: ["@cf/a/b"], domain: "chat.example.com" },
  });

  expect(find(recording, CUSTOM_DOMAIN).inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    hostname: "chat.example.com",
    service: "w",
  });
  expect(recording.outputs["workerUrl"]).toBe("https://chat.example.com");
});

test("what the stack says of providers, exporters, guardrails, DLP and money reaches the gateway", async () => {
  const { inputs, secretInputs } = gateway(
    await record("dev", {
      byokOnly: true,
      zdr: true,
      billing: "unified",
      logs: { collect: "full", classification: true, maxEntries: 10_000, whenFull: "deleteOldest" },
      exports: [
        {
          kind: "otel",
          url: "https://otel.example.com/v1/traces",
          headers: { "x-key": "hush" },
          authorization: "otel-token",
          contentType: "protobuf",
        },
      ],
      guardrails: { prompt: { P1: "block" }, response: { S10: "flag" } },
      dlp: [{ id: "cards", action: "block", check: ["request"], profiles: [PROFILE] }],
      spendLimits: [{ id: "daily", limitUsd: 5, windowSeconds: 86_400, per: "caller" }],
    }),
  );

  expect(inputs).toMatchObject({
    byokOnly: true,
    zdr: true,
    workersAiBillingMode: "unified",
    logClassification: true,
    otels: [
      {
        url: "https://otel.example.com/v1/traces",
        headers: { "x-key": "hush" },
        authorization: "otel-token",
        contentType: "protobuf",
      },
    ],
    guardrails: { prompt: { p1: "BLOCK" }, response: { s10: "FLAG" } },
    dlp: {
      enabled: true,
      policies: [
        { id: "cards", enabled: true, action: "BLOCK", checks: ["REQUEST"], profiles: [PROFILE] },
      ],
    },
    spendLimits: {
      enabled: true,
      rules: [
        {
          id: "daily",
          enabled: true,
          limit: 5,
          limitType: "cost",
          window: 86_400,
          technique: "fixed",
          metadata: { caller: { mode: "partition" } },
        },
      ],
    },
  });
  expect(secretInputs).toEqual(["otels"]);
});

const PROFILE = "00000000-0000-4000-8000-000000000001";

test("days on legacy logs make a second Worker that knows them, with a token of its own", async () => {
  const { inputs } = worker(await record("prod"), "retention");

  expect(inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    scriptName: "talk-prod-retention",
    mainModule: "retention.js",
    contentFile: "dist/retention.js",
    contentSha256: "abcdef0123456789".repeat(4),
    compatibilityDate: "2026-10-23",
    observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
    bindings: [
      { name: "ACCOUNT_ID", type: "plain_text", text: "0123456789abcdef0123456789abcdef" },
      { name: "GATEWAY_ID", type: "plain_text", text: "shop-prod" },
      { name: "KEEP_DAYS", type: "plain_text", text: "30" },
      { name: "MAX_ENTRIES", type: "plain_text", text: "90000" },
      { name: "MAX_SUBREQUESTS", type: "plain_text", text: "50" },
      {
        name: "API_TOKEN",
        type: "secret_text",
        text: "stand-in-for-a-token-of-the-account-0000",
      },
      { name: "API_URL", type: "plain_text", text: "https://api.cloudflare.com/client/v4" },
      { name: "STACK", type: "plain_text", text: "prod" },
    ],
  });
});

test("the retention Worker's token may write AI Gateway in one account, and nothing else", async () => {
  const recording = await record("prod");

  expect(find(recording, ACCOUNT_TOKEN).inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    name: "talk-prod-retention",
    policies: [
      {
        effect: "allow",
        permissionGroups: [{ id: "6c8a3737f07f46369c1ea1f22138daaf" }],
        resources: '{"com.cloudflare.api.account.0123456789abcdef0123456789abcdef":"*"}',
      },
    ],
  });
  const chat = JSON.stringify(worker(recording).inputs);
  expect(chat).not.toContain("stand-in-for-a-token");
});

test("the retention Worker runs every hour, waits for its gateway, and has no address", async () => {
  const recording = await record("prod");
  const own = recording.resources.filter(({ name }) => name === "retention");
  const addresses = own.filter(({ type }) => type === SUBDOMAIN);

  expect(find(recording, CRON_TRIGGER).inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    scriptName: "talk-prod-retention",
    schedules: [{ cron: "17 * * * *" }],
  });
  expect(addresses.map(({ inputs }) => inputs)).toMatchObject([
    { scriptName: "talk-prod-retention", enabled: false, previewsEnabled: false },
  ]);
  expect(worker(recording, "retention").dependencies.toSorted()).toEqual([
    `${ACCOUNT_TOKEN} retention`,
    `${AI_GATEWAY} gateway`,
  ]);
});

test("on a paid plan a run may ask more, and an address for alerts is a secret", async () => {
  const logs = {
    collect: "metadata",
    maxEntries: 10_000_000,
    whenFull: "deleteOldest",
    keepDays: 365,
    alertUrl: "https://alerts.example.com/T0/key",
  };
  const { inputs, secretInputs } = worker(
    await record("prod", { plan: "paid", logs }),
    "retention",
  );

  expect(inputs["bindings"]).toEqual(
    expect.arrayContaining([
      { name: "KEEP_DAYS", type: "plain_text", text: "365" },
      { name: "MAX_SUBREQUESTS", type: "plain_text", text: "1000" },
      { name: "ALERT_URL", type: "secret_text", text: "https://alerts.example.com/T0/key" },
    ]),
  );
  expect(secretInputs).toEqual(["bindings"]);
});

test("a reader with a token reads AI Gateway in one account, within its days and networks", async () => {
  const changes = { readers: [{ ...ONCALL, addresses: ["203.0.113.0/24", "198.51.100.7"] }] };
  const recording = await record("dev", changes);
  const { name, inputs, replaceOnChanges, parent } = find(recording, ACCOUNT_TOKEN);

  expect(inputs).toEqual({
    accountId: "0123456789abcdef0123456789abcdef",
    name: "ai-gateway shop-dev reader oncall",
    policies: [
      {
        effect: "allow",
        permissionGroups: [{ id: "4dc8917b4b40457d88d3035d5dadb054" }],
        resources: '{"com.cloudflare.api.account.0123456789abcdef0123456789abcdef":"*"}',
      },
    ],
    expiresOn: "2027-03-31T23:59:59Z",
    condition: { requestIp: { ins: ["203.0.113.0/24", "198.51.100.7"] } },
  });
  expect({ name, replaceOnChanges, parent }).toEqual({
    name: "readers-oncall",
    replaceOnChanges: ["policies"],
    parent: "ai-gateway:index:Readers readers",
  });
});

test("a reader who asks for no token gets none, and there is no output then", async () => {
  const { resources, outputs } = await record("dev", { readers: [{ ...ONCALL, token: false }] });

  expect(resources.map(({ type }) => type)).not.toContain(ACCOUNT_TOKEN);
  expect(outputs).not.toHaveProperty("readerTokens");
});

test("readers' tokens leave the stack as one secret, by name", async () => {
  const readers = [ONCALL, { ...ONCALL, name: "audit" }];
  const { outputs, secretOutputs } = await record("dev", { readers });

  expect(secretOutputs).toEqual(["readerTokens"]);
  expect(outputs["readerTokens"]).toEqual({
    oncall: "stand-in-for-a-token-of-the-account-0000",
    audit: "stand-in-for-a-token-of-the-account-0000",
  });
});

test("a second reader beside the first, whatever the order, leaves the first's token as it is", async () => {
  const next = { ...ONCALL, name: "oncall-2", until: "2027-06-30" };
  const before = await record("dev", { readers: [ONCALL] });
  const during = await record("dev", { readers: [next, ONCALL] });
  const tokens = ({ resources }: Recording) =>
    resources.filter(({ type }) => type === ACCOUNT_TOKEN);

  expect(tokens(during).map(({ name }) => name)).toEqual(["readers-oncall-2", "readers-oncall"]);
  expect(tokens(during)[1]).toEqual(tokens(before)[0]);
});

test("a long name leaves room for the second Worker's", async () => {
  const changes = { worker: { name: "a".repeat(63), models: ["@cf/a/b"] } };

  expect(worker(await record("prod", changes), "retention").inputs["scriptName"]).toBe(
    `${"a".repeat(53)}-retention`,
  );
});

test("without days, and on Workers Observability, there is no second Worker and no token", async () => {
  const observed = { logSystem: "observability", logs: { collect: "metadata", keepDays: 7 } };
  const types = ({ resources }: Recording) => resources.map(({ type }) => type);

  expect(types(await record("dev"))).toEqual([AI_GATEWAY, WORKERS_SCRIPT, SUBDOMAIN]);
  expect(types(await record("prod", observed))).toEqual([AI_GATEWAY, WORKERS_SCRIPT, SUBDOMAIN]);
});

test("an address nobody can know is no output", async () => {
  expect((await record("dev")).outputs).not.toHaveProperty("workerUrl");
});

const ONCALL = { name: "oncall", kind: "person", until: "2027-03-31", token: true };

const AI_GATEWAY = "cloudflare:index/aiGateway:AiGateway";
const WORKERS_SCRIPT = "cloudflare:index/workersScript:WorkersScript";
const ACCOUNT_TOKEN = "cloudflare:index/accountToken:AccountToken";
const CRON_TRIGGER = "cloudflare:index/workersCronTrigger:WorkersCronTrigger";
const CUSTOM_DOMAIN = "cloudflare:index/workersCustomDomain:WorkersCustomDomain";
const SUBDOMAIN = "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain";

const recordings = new Map<string, Recording>();

/** What the program declares for a shipped stack with some settings changed; each is recorded once. */
async function record(...args: Parameters<typeof stackConfig>): Promise<Recording> {
  const key = JSON.stringify(args);
  const known = recordings.get(key);
  if (known !== undefined) return known;

  // The program runs as it is loaded.
  vi.resetModules();
  const { default: program } = await import("../../infra/main.js");
  const recording = await recordStack(args[0], stackConfig(...args), program);
  recordings.set(key, recording);
  return recording;
}

function find({ resources }: Recording, type: string): Recorded {
  const found = resources.filter((resource) => resource.type === type);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(
      `${found.length} resources of type ${type}: ${resources.map((each) => each.type).join()}`,
    );
  }
  return only;
}

function gateway(recording: Recording): Recorded {
  return find(recording, AI_GATEWAY);
}

/** Of the chat Worker, or of another. */
function worker({ resources, ...rest }: Recording, name = "chat"): Recorded {
  const named = resources.filter((resource) => resource.name === name);
  return find({ ...rest, resources: named }, WORKERS_SCRIPT);
}
