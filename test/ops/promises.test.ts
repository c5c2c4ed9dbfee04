/** Promises of a stack file, each broken in the account as a hand in the dashboard would: none passes silently. */
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";

import { recordStack } from "../../record/record.ts";
import { applyResources, type GatewaySettings } from "../../local/account.ts";
import type { Declaration, State } from "../../local/api/state.ts";
import { toDeclaration } from "../../local/declaration.ts";
import type { Finding } from "../../ops/look/finding.ts";
import { verify } from "../../ops/verify/verify.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { keepLog, startAccount, type RunningAccount } from "../support/account.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackConfig, stackWith } from "../support/settings.ts";

const MINUTE_MS = 60_000;
const SETTINGS = {
  accountId: "10ca10ca10ca10ca10ca10ca10ca10ca",
  plan: "paid",
  logs: { collect: "full", maxEntries: 90_000, whenFull: "deleteOldest", keepDays: 30 },
  tier: "development",
  readers: [{ name: "oncall", kind: "person", until: "2027-03-31", token: true }],
  exports: [{ kind: "otel", url: "https://otel.example.com/v1/traces", keepDays: 7 }],
  logpush: { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY },
  alerts: {
    email: "ops@example.com",
    webhook: "https://alerts.example.com/T0/key",
    usage: { product: "worker_requests", limit: 1_000_000 },
  },
  telemetry: { traces: { url: "https://otel.example.com/v1/traces" }, metrics: true },
  anonymousCallers: { key: "c3".repeat(32) },
  cache: { ttlSeconds: 600 },
  spendLimits: [{ id: "daily", limitUsd: 5, windowSeconds: 86_400 }],
  secretsStoreId: "5ec5".repeat(8),
  providers: [{ provider: "openai", key: "sk-proj-of-this-stack-0000" }],
};

let declaration: Declaration;
beforeAll(async () => {
  const { default: program } = await import("../../infra/main.js");
  const { resources } = await recordStack("prod", stackConfig("prod", SETTINGS), program);
  declaration = await toDeclaration(applyResources(resources));
});

// Both sides make these bindings: the program when it deploys, the command when it looks.
test("the Worker's bindings are those that the program declares", async () => {
  const changes = {
    worker: {
      name: "chat",
      models: ["@cf/a/b"],
      cloudflareAccess: { team: "us", audience: "ab".repeat(32) },
    },
  };
  vi.resetModules();
  const { default: program } = await import("../../infra/main.js");
  const { resources } = await recordStack("prod", stackConfig("prod", changes), program);
  const script = resources.find(
    ({ type, name }) => type.endsWith(":WorkersScript") && name === "chat",
  );

  const declared: readonly { name: string; type: string; text: string }[] = Object(
    script?.inputs["bindings"],
  );
  const release = declared.find(({ name }) => name === "RELEASE")?.text;
  const { settings } = stackWith("prod", changes);
  const { gatewayId } = settings;
  const expected = Object.entries(
    workerBindings({ stackName: "prod", gatewayId, release }, settings),
  ).flatMap(([name, value]) => (value === undefined ? [] : [{ name, ...value }]));
  const inClear = ({ type }: { readonly type: string }) => type === "plain_text";
  expect(declared.filter(inClear)).toEqual(expected.filter(inClear));
  expect(declared.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
});

test("as declared, no promise is broken, whatever other jobs there are", async () => {
  const running = await start();
  running.account.update((state) => ({
    ...state,
    logpushJobs: {
      "1": {
        id: 1,
        name: "b",
        dataset: "x",
        destination_conf: "",
        enabled: false,
        isDeclared: false,
      },
      ...state.logpushJobs,
    },
  }));

  expect(await broken(running)).toEqual([]);
});

test("a job whose filter the API does not tell is not said to push this gateway's logs", async () => {
  const running = await start();

  job({ filter: undefined })(running);

  expect(await saidOf(running, "Logpush job ai-gateway-shop-prod")).toEqual([
    "pushes logs; the API does not report which gateways'",
  ]);
});

test.each<[string, (running: RunningAccount) => void | Promise<void>, RegExp]>([
  ["collect", gateway({ collectLogs: false }), /collect_logs is off/],
  ["bodies", binding("COLLECT_LOGS", "metadata"), /COLLECT_LOGS is/],
  ["keepDays", ({ store }) => keepOld(store), /the oldest log is 40 days old, promised are 30/],
  ["cap", gateway({ logManagement: 10_000_000 }), /log_management is 10000000/],
  ["when full", gateway({ logManagementStrategy: "STOP_INSERTING" }), /STOP_INSERTING/],
  ["readers", widenReader, /may do AI Gateway Read, AI Gateway Edit/],
  ["exports", gateway({ otels: undefined }), /otel is not set/],
  ["copies", job({ enabled: false }), /^is switched off; run pulumi up/],
  [
    "where copies go",
    job({ destination_conf: "r2://other/x?secret" }),
    /pushes to r2:\/\/other, declared is r2:\/\/app-logs;/,
  ],
  ["whose copies", job({ filter: "" }), /another filter than this gateway's/],
  [
    "copies that fail",
    job({ last_error: "2026-11-22", error_message: "no key" }),
    /fails since .*no key/,
  ],
  [
    "what is in copies",
    job({ output_options: { field_names: ["Gateway"] } }),
    /does not push Timestamp, Provider, Model, RequestedModel, .*ResponseBody/,
  ],
  ["who is told", alert(() => ({ enabled: false })), /^is switched off; run pulumi up/],
  [
    "whom alerts reach",
    alert((each) => ({
      mechanisms: { ...Object(each["mechanisms"]), email: [{ id: "a@b.test" }] },
    })),
    /does not write to ops@example.com, and writes to 1 e-mail receiver that/,
  ],
  [
    "the webhook of alerts",
    alert((each) => ({ mechanisms: { ...Object(each["mechanisms"]), webhooks: [] } })),
    /does not call the declared webhook/,
  ],
  ["an alert that is gone", ({ account }) => account.update(withoutCopiesPolicy), /does not exist/],
  [
    "an alert about something else",
    alert(() => ({ alert_type: "dos_attack_l7" })),
    /is about dos_attack_l7, declared is failing_logpush_job_disabled_alert/,
  ],
  ["days of copies", rules([]), /deletes no copies, declared is after 30 days/],
  [
    "the key of copies",
    gateway({ logpushPublicKey: "x".repeat(800) }),
    /logpush_public_key is not as/,
  ],
  ["cache", gateway({ cacheTtl: 0 }), /cache_ttl is off/],
  ["rate limit", gateway({ rateLimitingLimit: 0 }), /rate_limiting_limit is off/],
  ["spend", gateway({ spendLimits: undefined }), /spend_limits is not set/],
  ["authentication", gateway({ authentication: false }), /authentication is off/],
  ["reaches", binding("ALLOW", '["store"]'), /ALLOW is/],
  [
    "where spans go",
    binding("TRACES", '{"url":"https://b.example.com/"}'),
    /^TRACES is .*b\.example\.com.*, declared is .*otel\.example\.com\/v1\/traces/,
  ],
  [
    "a provider's key",
    ({ account }) => account.update((state) => ({ ...state, providerConfigs: {} })),
    /^is not stored; run pulumi up/,
  ],
  [
    "a provider's secret",
    ({ account }) => account.update((state) => ({ ...state, secrets: {} })),
    /^refers to the secret shop-prod_openai_default, which the Secrets Store does not have/,
  ],
  ["whose keys", storeStranger, /^is stored \(\*\*\*\*9999\), and the stack does not declare it/],
  ["the store of keys", gateway({ storeId: "" }), /^store_id is off, declared is/],
  ["metrics", unbind("METRICS"), /^METRICS is missing; run pulumi up/],
  [
    "where data points go",
    dataset("other"),
    /^METRICS writes to "other", declared is "ai_gateway_/,
  ],
  ["the order of columns", binding("METRICS_COLUMNS", "{}"), /^METRICS_COLUMNS is/],
  ["coverage", dropLog, /^1 call of the Worker from .* UTC, 0 logs: 1 log dropped/],
  ["models", binding("MODELS", '["openai/gpt-5-mini"]'), /MODELS is/],
])("a broken promise of %s is named", async (_, plant, message) => {
  const running = await start();

  await plant(running);

  expect(await broken(running)).toEqual([expect.stringMatching(message)]);
});

async function start(): Promise<RunningAccount> {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  running.account.declare(declaration);
  return running;
}

async function broken(running: RunningAccount): Promise<string[]> {
  const findings = await look(running);
  return findings.filter(({ kind }) => kind === "broken").map(({ message }) => message);
}

async function saidOf(running: RunningAccount, wanted: string): Promise<string[]> {
  const findings = await look(running);
  return findings.filter(({ about }) => about === wanted).map(({ message }) => message);
}

/** What verify finds; canaries are another test's subject. */
async function look(running: RunningAccount): Promise<readonly Finding[]> {
  const account = {
    stack: stackWith("prod", SETTINGS),
    gatewayId: "shop-prod",
    accountId: running.accountId,
    cloudflare: running.client(),
  };
  const options = { url: undefined, token: undefined, waitSeconds: 0 };
  return (await verify(account, options, () => {})).findings;
}

function gateway(changes: Partial<GatewaySettings>) {
  return ({ account }: RunningAccount) =>
    account.update((state) => ({
      ...state,
      gateways: mapValues(state.gateways, (record) => ({
        ...record,
        settings: { ...record.settings, ...changes },
      })),
    }));
}

function job(changes: object) {
  return ({ account }: RunningAccount) =>
    account.update((state) => ({
      ...state,
      logpushJobs: mapValues(state.logpushJobs, (each) => ({ ...each, ...changes })),
    }));
}

/** Changes the policy about copies. */
function alert(change: (policy: State["policies"][string]) => object) {
  return ({ account }: RunningAccount) =>
    account.update((state) => ({
      ...state,
      policies: mapValues(state.policies, (each) =>
        each.name.endsWith(" copies") ? { ...each, ...change(each) } : each,
      ),
    }));
}

function withoutCopiesPolicy({ policies, ...state }: State): State {
  const others = Object.entries(policies).filter(([, { name }]) => !name.endsWith(" copies"));
  return { ...state, policies: Object.fromEntries(others) };
}

function rules(changed: State["buckets"][string]["rules"]) {
  return ({ account }: RunningAccount) =>
    account.update((state) => ({
      ...state,
      buckets: mapValues(state.buckets, (bucket) => ({ ...bucket, rules: changed })),
    }));
}

/** Stores a key by hand, through the official SDK. */
async function storeStranger(running: RunningAccount): Promise<void> {
  await running.client().aiGateway.providerConfigs.create("shop-prod", {
    account_id: running.accountId,
    alias: "default",
    default_config: true,
    provider_slug: "groq",
    secret: "gsk-of-a-stranger-9999",
  });
}

/** Loses the log of a call after the deploy, and lets time pass until analytics have counted it. */
async function dropLog({ account, gateway: called, store }: RunningAccount): Promise<void> {
  const deployed = { modifiedAt: new Date(Date.now() - 2 * MINUTE_MS).toISOString() };
  account.update((state) => ({
    ...state,
    gateways: mapValues(state.gateways, (each) => ({ ...each, ...deployed })),
    workers: mapValues(state.workers, (each) => ({ ...each, ...deployed })),
  }));
  const gatewayId = "shop-prod";
  const metadata = { stack: "prod", caller: "web", release: "r1", route: "/v1/chat/completions" };
  const inputs = { messages: [{ role: "user", content: "Hi" }] };
  await called.handle({ gatewayId, model: "@cf/a/b", inputs, options: { metadata } });
  await store.delete({ gateway: gatewayId, filters: [] });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 20 * MINUTE_MS });
  onTestFinished(() => void vi.useRealTimers());
}

function binding(name: string, text: string) {
  return rebind((bindings) =>
    bindings.map((each) => (each.name === name && "text" in each ? { ...each, text } : each)),
  );
}

type Bound = State["workers"][string]["bindings"];

function rebind(change: (bindings: Bound) => Bound) {
  return ({ account }: RunningAccount) =>
    account.update((state) => ({
      ...state,
      workers: mapValues(state.workers, (worker) => ({
        ...worker,
        bindings: change(worker.bindings),
      })),
    }));
}

function unbind(name: string) {
  return rebind((bindings) => bindings.filter((each) => each.name !== name));
}

function dataset(changed: string) {
  return rebind((bindings) =>
    bindings.map((each) =>
      each.type === "analytics_engine" ? { ...each, dataset: changed } : each,
    ),
  );
}

function widenReader({ account }: RunningAccount): void {
  const isReader = ({ name }: State["tokens"][string]) => name.includes(" reader ");
  account.update((state) => ({
    ...state,
    tokens: mapValues(state.tokens, (token) => ({
      ...token,
      policies: isReader(token)
        ? Object.values(state.tokens).flatMap(({ policies }) => policies)
        : token.policies,
    })),
  }));
}

function keepOld(store: RunningAccount["store"]): void {
  keepLog(store, { id: "old", gateway: "shop-prod", createdAt: Date.now() - 40 * 86_400_000 });
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
