/** Each promise of a stack file, kept, and broken by one fault. */
import { expect, test } from "vitest";

import { findAddress } from "../../ops/verify/address.ts";
import { judgeAnswer, judgeLogs } from "../../ops/verify/canary-judge.ts";
import type { LogParts } from "../../ops/look/log-parts.ts";
import type { Canary } from "../../ops/verify/canary.ts";
import { judgeGateway } from "../../ops/verify/gateway.ts";
import { judgePolicy } from "../../ops/verify/alerts.ts";
import { judgeFields, judgeJob, judgeLifecycle } from "../../ops/verify/logpush.ts";
import { alertPolicies } from "../../policy/gateway/alerts.ts";
import { judgeAge, judgeCap, judgeSystem } from "../../ops/verify/logs.ts";
import {
  checkOwnToken,
  checkReaders,
  judgeOwnToken,
  judgeReaders,
} from "../../ops/verify/tokens.ts";
import {
  judgeBindings,
  judgeConsole,
  judgeDomains,
  judgeRetention,
  judgeSubdomain,
} from "../../ops/verify/worker.ts";
import type { Token } from "../../ops/look/tokens.ts";
import { gatewayFields, toApi } from "../../policy/gateway/mapping.ts";
import { verifyPermissions } from "../../policy/gateway/permissions.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { scriptedAccount, type Answer, type ApiCall } from "../support/scripted-account.ts";
import { stackWith } from "../support/settings.ts";

const EVERYTHING = {
  cache: { ttlSeconds: 300 },
  retry: { maxAttempts: 2, delayMs: 500, backoff: "linear" },
  spendLimits: [{ id: "day", limitUsd: 5, windowSeconds: 86_400, per: "caller" }],
  guardrails: { prompt: { P1: "block" } },
  exports: [
    { kind: "otel", url: "https://traces.test/v1", headers: { Authorization: "a secret" } },
  ],
  dlp: [
    {
      id: "keys",
      action: "flag",
      check: ["request", "response"],
      profiles: ["0b0b0b0b-0000-4000-8000-000000000001", "0b0b0b0b-0000-4000-8000-000000000002"],
    },
  ],
};
const stack = stackWith("prod", EVERYTHING);
const stored = toApi(gatewayFields(stack.settings));

test("a gateway as the program declares it keeps every promise", () => {
  expect(judgeGateway(stack.settings, stored)).toEqual([]);
  expect(judgeGateway(stackWith("dev").settings, STORED_DEV)).toEqual([]);
});

test.each([
  ["collect", { collect_logs: true }, "collect_logs is true, declared is off (logs.collect)"],
  [
    "the cap",
    { log_management: 10_000_000 },
    "log_management is 10000000, declared is 90000 (logs.maxEntries)",
  ],
  [
    "when full",
    { log_management_strategy: "STOP_INSERTING" },
    'log_management_strategy is "STOP_INSERTING", declared is "DELETE_OLDEST" (logs.whenFull)',
  ],
  [
    "authentication",
    { authentication: false },
    "authentication is off, declared is true (authentication)",
  ],
  [
    "authentication that is not told",
    { authentication: undefined },
    "authentication is not set, declared is true (authentication)",
  ],
  ["the cache", { cache_ttl: 0 }, "cache_ttl is off, declared is 300 (cache.ttlSeconds)"],
  [
    "the rate limit",
    { rate_limiting_limit: null },
    "rate_limiting_limit is off, declared is 600 (rateLimit.requests)",
  ],
  [
    "retries",
    { retry_max_attempts: 5 },
    "retry_max_attempts is 5, declared is 2 (retry.maxAttempts)",
  ],
  [
    "spend limits that a create dropped",
    { spend_limits: undefined },
    "spend_limits is not set, declared is on (spendLimits)",
  ],
  [
    "spend limits that are off",
    { spend_limits: { enabled: false, rules: [] } },
    "spend_limits is off, declared is on (spendLimits)",
  ],
  ["an export that is gone", { otel: [] }, "otel is off, declared is on (exports)"],
  [
    "an export to another place",
    { otel: [{ url: "https://evil.test/v1?key=SECRET", headers: {} }] },
    "otel is not as declared (exports)",
  ],
  [
    "a guardrail that only flags",
    { guardrails: { prompt: { P1: "FLAG" }, response: {} } },
    "guardrails is not as declared (guardrails)",
  ],
  ["data loss prevention that is gone", { dlp: null }, "dlp is off, declared is on (dlp)"],
  ["Logpush", { logpush: true }, "logpush is true, declared is off (logpush)"],
  [
    "a billing hook nobody declared",
    { stripe: { authorization: "SECRET" } },
    "stripe is on, declared is not set (every stack has it so)",
  ],
  [
    "classification",
    { log_classification: true },
    "log_classification is true, declared is off (logs.classification)",
  ],
])("a fault of %s is told, with no value that may be secret", (_, fault, message) => {
  expect(judgeGateway(stack.settings, { ...stored, ...fault })).toEqual([message]);
});

const LIMITED = {
  callers: [{ name: "web", sha256: "a".repeat(64), limitUsd: { usd: 5, windowSeconds: 60 } }],
};
const HASHED = { ...LIMITED, anonymousCallers: { key: "c3".repeat(32) } };

test("a caller's limit of money is compared, by number alone where its name is hashed", () => {
  const [named, hashed] = [stackWith("prod", LIMITED).settings, stackWith("prod", HASHED).settings];
  const found = (changes: object, caller: string) => {
    const [rule] = gatewayFields(named).spendLimits?.rules ?? [];
    const metadata = { caller: { mode: "filter", values: [caller] } };
    const rules = [{ ...rule, id: `caller-${caller}`, metadata, ...changes }];
    return { ...toApi(gatewayFields(named)), spend_limits: { enabled: true, rules } };
  };
  const differs = ["spend_limits is not as declared (spendLimits)"];

  expect(judgeGateway(named, found({}, "web"))).toEqual([]);
  expect(judgeGateway(named, found({}, "job"))).toEqual(differs);
  expect(judgeGateway(hashed, found({}, "0123456789abcdef01234567"))).toEqual([]);
  expect(judgeGateway(hashed, found({ limit: 6 }, "0123456789abcdef01234567"))).toEqual(differs);
  expect(judgeGateway(hashed, found({ metadata: {} }, "web"))).toEqual(differs);
});

test("limits of callers are compared with those that are bound", () => {
  const limit = { requests: 5, periodSeconds: 10 };
  const callers = [{ name: "web", sha256: "a".repeat(64), limit }];
  const limited = stackWith("prod", { callers });
  const around = { stackName: "prod", gatewayId: limited.settings.gatewayId, release: "r" };
  const bound = Object.entries(workerBindings(around, limited.settings)).flatMap(
    ([name, binding]) => (binding === undefined ? [] : [{ name, ...binding }]),
  );
  const other = { type: "ratelimit", simple: { limit: 9, period: 60 } };
  const rename = (name: string) => (name === "CALLER_LIMIT_5_PER_10S" ? other : {});

  expect(judgeBindings(limited, bound)).toEqual([]);
  expect(
    judgeBindings(
      limited,
      bound.map((each) => ({ ...each, ...rename(each.name) })),
    ),
  ).toEqual(["CALLER_LIMIT_5_PER_10S is 9 in 60 seconds, declared is 5 in 10"]);
  const [more, fewer] = [
    [...bound, { name: "CALLER_LIMIT_9_PER_60S", ...other }],
    bound.filter(({ name }) => !name.startsWith("CALLER_LIMIT_")),
  ];
  expect(judgeBindings(limited, more)).toEqual([
    "CALLER_LIMIT_9_PER_60S is bound, and the stack declares none",
  ]);
  expect(judgeBindings(limited, fewer)).toEqual(["CALLER_LIMIT_5_PER_10S is missing"]);
});

test("another order and the API's other words for off are no fault", () => {
  const reordered = {
    ...stored,
    otel: [{ headers: { Authorization: "another secret" }, url: "https://traces.test/v1" }],
    dlp: {
      policies: [
        {
          profiles: [
            "0b0b0b0b-0000-4000-8000-000000000002",
            "0b0b0b0b-0000-4000-8000-000000000001",
          ],
          check: ["RESPONSE", "REQUEST"],
          action: "FLAG",
          enabled: true,
          id: "keys",
        },
      ],
      enabled: true,
    },
    store_id: null,
    zdr: undefined,
    modified_at: "2026-11-22T00:00:00Z",
  };

  expect(judgeGateway(stack.settings, reordered)).toEqual([]);
});

const NOW = Date.parse("2026-11-22T12:00:00Z");

test.each([
  ["2026-10-23T13:00:00Z", "kept", "the oldest log is 29 days old, promised are 30"],
  ["2026-10-22T13:00:00Z", "kept", "the oldest log is 30 days old, promised are 30"],
  [
    "2026-10-22T11:00:00Z",
    "broken",
    "the oldest log is 31 days old, promised are 30; look why nothing deleted it (docs/operate.md)",
  ],
  [undefined, "kept", "no log is older than 30 days"],
])("an oldest log of %s has keepDays %s", (oldest, kind, message) => {
  const logs = { ...stack.settings.logs, keepDays: 30 };

  expect(judgeAge(logs, { count: 1, oldest }, NOW)).toEqual([
    { kind, about: "logs.keepDays", message },
  ]);
});

test("one day and one log are told as one", () => {
  const logs = { ...stack.settings.logs, keepDays: 1 };
  const message = (oldest: string | undefined) =>
    judgeAge(logs, { count: 1, oldest }, NOW).map((found) => found.message);

  expect(message(undefined)).toEqual(["no log is older than 1 day"]);
  expect(message("2026-11-21T11:00:00Z")).toEqual(["the oldest log is 1 day old, promised are 1"]);
  expect(judgeSystem(logs, 1).message).toContain("the Logs API has 1 log, as legacy has");
});

test("without keepDays no age is a promise", () => {
  expect(judgeAge(stackWith("dev").settings.logs, { count: 1, oldest: "2020-01-01" }, NOW)).toEqual(
    [],
  );
});

test.each([
  ["deleteOldest", 8999, "kept", "8999 of 10000 logs are stored"],
  [
    "deleteOldest",
    9000,
    "warning",
    "9000 of 10000 logs are stored; beyond the cap the oldest go, whatever keepDays is",
  ],
  [
    "stop",
    9999,
    "warning",
    "9999 of 10000 logs are stored; at the cap logging stops: raise it, or delete old logs",
  ],
  [
    "stop",
    10_000,
    "broken",
    "10000 of 10000 logs are stored, and nothing new is; raise it, or delete old logs",
  ],
] as const)("with %s a store of %i is %s", (whenFull, count, kind, message) => {
  const logs = {
    ...({ system: "legacy", collect: "full", classification: false } as const),
    maxEntries: 10_000,
    whenFull,
  };

  expect(judgeCap(logs, count)).toEqual([{ kind, about: "logs.maxEntries", message }]);
});

test("which log system it is stays evidence", () => {
  expect(judgeSystem(stack.settings.logs, 3)).toEqual({
    kind: "unknown",
    about: "logSystem",
    message: "no API reports it; the Logs API has 3 logs, as legacy has (declared is legacy)",
  });
});

test("a Worker with this stack's bindings keeps every promise, and each other one is told", () => {
  const { name, settings } = stack;
  const { gatewayId } = settings;
  const around = { stackName: name, gatewayId, release: "abc123" };
  const own = Object.entries(workerBindings(around, settings)).flatMap(([key, binding]) =>
    binding === undefined ? [] : [{ name: key, ...binding }],
  );
  const others = own
    .filter((each) => each.name !== "AI")
    .map((each) =>
      ({ GATEWAY_ID: "default", COLLECT_LOGS: "full", MODELS: "[]", ACCESS: "open" })[each.name] ===
      undefined
        ? each
        : { ...each, text: "other" },
    );

  expect(judgeBindings(stack, own)).toEqual([]);
  expect(judgeBindings(stack, [...others, { name: "CALLER_LIMIT", type: "ratelimit" }])).toEqual([
    'GATEWAY_ID is "other", declared is "shop-prod"',
    'COLLECT_LOGS is "other", declared is "metadata"',
    expect.stringMatching(/^MODELS is "other", declared is "\[/),
    'ACCESS is "other", declared is "token"',
    "AI is missing",
    "CALLER_LIMIT is bound, and the stack declares none",
  ]);
});

test("the runtime's own line, a second door and a strange domain are told", () => {
  expect(judgeConsole(false)).toEqual([]);
  expect(judgeConsole(true)).toEqual([
    "observability stores the runtime's own line, with each request's headers",
  ]);
  expect(judgeSubdomain(stack, { enabled: true, previews_enabled: false })).toEqual([]);
  expect(judgeSubdomain(stack, { enabled: false, previews_enabled: true })).toEqual([
    "workers.dev is off, declared is true",
    "previews are on: a second door that no stack opens",
  ]);
  expect(judgeDomains(stack, [])).toEqual([]);
  expect(judgeDomains(stack, ["old.example.com"])).toEqual([
    "old.example.com leads to the Worker, and the stack does not declare it",
  ]);
});

test("a retention Worker of other days, another gateway or without a trigger is told", () => {
  const kept = [
    { name: "GATEWAY_ID", text: "shop-prod" },
    { name: "KEEP_DAYS", text: "30" },
  ];

  expect(judgeRetention(stack, kept, ["17 * * * *"])).toEqual([]);
  expect(judgeRetention(stack, [{ name: "KEEP_DAYS", text: "90" }], [])).toEqual([
    'GATEWAY_ID is missing, declared is "shop-prod"',
    'KEEP_DAYS is "90", declared is "30"',
    "no trigger wakes it",
  ]);
});

const READER = {
  name: "oncall",
  kind: "person",
  until: "2027-03-31",
  addresses: ["203.0.113.0/24"],
  token: true,
} as const;
const READERS = {
  gatewayId: "shop-prod",
  readers: [
    { ...READER, addresses: [...READER.addresses] },
    { name: "audit", kind: "person" as const, token: false },
  ],
};
const TOKEN: Token = {
  name: "ai-gateway shop-prod reader oncall",
  expires_on: "2027-04-01T00:00:00Z",
  policies: [allow("AI Gateway Read")],
  condition: { request_ip: { in: ["203.0.113.0/24"] } },
};

test.each([
  ["its limits", [TOKEN], []],
  ["no token", [], ["oncall has no token; run pulumi up"]],
  [
    "more rights, no end and every address",
    [
      {
        name: TOKEN.name,
        policies: [allow("AI Gateway Read"), allow("AI Gateway Write")],
      },
    ],
    [
      'token "ai-gateway shop-prod reader oncall" may do AI Gateway Read, AI Gateway Write; a reader has AI Gateway Read and nothing else',
      'token "ai-gateway shop-prod reader oncall" ends never; declared is 2027-03-31',
      'token "ai-gateway shop-prod reader oncall" is taken from everywhere; declared is 203.0.113.0/24',
    ],
  ],
  [
    "a later end",
    [{ ...TOKEN, expires_on: "2027-04-01T00:00:01Z" }],
    [
      'token "ai-gateway shop-prod reader oncall" ends 2027-04-01T00:00:01Z; declared is 2027-03-31',
    ],
  ],
  [
    "a former reader",
    [TOKEN, { ...TOKEN, name: "ai-gateway shop-prod reader former" }],
    [
      'token "ai-gateway shop-prod reader former" belongs to no reader with a token; delete it, or declare it',
    ],
  ],
] satisfies [string, Token[], string[]][])("a reader with %s", (_, tokens, problems) => {
  expect(judgeReaders(READERS, tokens, "run pulumi up")).toEqual(problems);
});

// A raw ZodError ended the command, and took every other finding with it.
test.each([
  ["no list of policies", { id: "t", policies: "all" }, "a token whose policies is"],
  ["two odd fields", { id: "t", name: 5, policies: [{}] }, "a token whose name, policies.0.effect"],
  ["no object", "token", "a token that is"],
])("a token with %s is told as not looked at, by its fields", async (_, odd, reason) => {
  const account = scriptedAccount(
    ({ path }) => ({
      result: path === "/tokens" ? [odd] : path === "/tokens/verify" ? { id: "t" } : odd,
    }),
    "prod",
  );

  const found = [...(await checkReaders(account)), ...(await checkOwnToken(account))];

  const message = expect.stringContaining(`not looked at, because the API answered with ${reason}`);
  expect(found).toEqual([
    { kind: "unknown", about: "readers", message },
    { kind: "unknown", about: "CLOUDFLARE_API_TOKEN", message },
  ]);
});

test("a token that may do more than this command needs is a warning", () => {
  const wide = {
    ...TOKEN,
    policies: [allow("AI Gateway Write")],
  };

  const readsMore = { ...TOKEN, policies: [...TOKEN.policies, allow("Notifications Read")] };

  const { settings } = stackWith("prod");

  expect(judgeOwnToken(settings, TOKEN).kind).toBe("kept");
  expect(judgeOwnToken(settings, readsMore).kind).toBe("kept");
  expect(judgeOwnToken(settings, wide)).toMatchObject({
    kind: "warning",
    message: expect.stringContaining("may also do AI Gateway Write;"),
  });
});

test("what a stack's own parts need is no more than this command needs", () => {
  const logpush = { bucket: "shop-logs", keepDays: 30, publicKey: PUBLIC_KEY };
  const providers = [{ provider: "openai", key: "sk-of-a-test" }];
  const declared = { plan: "paid", logpush, secretsStoreId: "0".repeat(32), providers };
  const { settings } = stackWith("prod", declared);
  const token = { ...TOKEN, policies: verifyPermissions(settings).map(allow) };

  expect(judgeOwnToken(settings, token).kind).toBe("kept");
  expect(judgeOwnToken(stackWith("prod").settings, token)).toMatchObject({
    kind: "warning",
    message: expect.stringMatching(/^may also do Logs Write, Secrets Store Read, Workers R2 /),
  });
});

test("an address that the file leaves out is the account's subdomain, of Cloudflare itself alone", async () => {
  const api =
    (answer: Answer) =>
    ({ path }: ApiCall) =>
      path === "/workers/subdomain" ? answer : { status: 500 };
  const found = scriptedAccount(api({ result: { subdomain: "acme" } }), "dev");
  const imitated = scriptedAccount(api({ result: { subdomain: "local" } }), "dev");
  imitated.cloudflare.baseURL = "http://127.0.0.1:8787/client/v4";
  const none = scriptedAccount(api({ status: 404 }), "dev");
  const refused = scriptedAccount(api({ status: 403 }), "dev");

  const address = await findAddress(found, undefined);
  const given = await findAddress(refused, new URL("https://chat.example.com"));

  expect(address.url?.href).toBe("https://talk-dev.acme.workers.dev/");
  expect(address.findings).toMatchObject([{ kind: "note", about: "address" }]);
  expect(given).toMatchObject({ url: new URL("https://chat.example.com"), findings: [] });
  expect(await findAddress(imitated, undefined)).toMatchObject({
    url: undefined,
    reason: expect.stringContaining("an imitation, whose subdomain is somebody else's; give --url"),
    findings: [],
  });
  expect((await findAddress(none, undefined)).reason).toContain("no workers.dev subdomain yet");
  expect((await findAddress(refused, undefined)).reason).toContain("Workers Scripts Read");
});

const CANARY: Canary = {
  kind: "normal",
  mark: "canary-1",
  status: 200,
  eventId: "e1",
  logId: "l1",
};
const LOG: LogParts = {
  fields: {
    id: "l1",
    metadata: '{"stack":"prod","caller":"web","release":"abc","route":"chat"}',
  },
  bodies: [],
};
const WITH_BODIES = { ...LOG, bodies: ["request_head", "request"] };

test.each([
  ["metadata", LOG, "kept", "left a log without bodies, with stack, caller, release and route"],
  [
    "metadata",
    WITH_BODIES,
    "broken",
    "its log l1 has a body (request_head, request), and the stack promises none; set collect to none, and delete it",
  ],
  ["full", WITH_BODIES, "kept", "left a log with bodies, with stack, caller, release and route"],
  ["full", LOG, "broken", "its log has no request body, and the stack declares collect full"],
  ["none", LOG, "broken", "left 1 log (event e1); the stack promises none"],
  ["none", undefined, "kept", "left no log, as promised"],
  ["metadata", undefined, "broken", "left no log that can be found (event e1)"],
  [
    "metadata",
    { ...LOG, fields: { id: "l1", metadata: { stack: "dev", caller: "web" } } },
    "broken",
    "its log lacks metadata: stack, release, route",
  ],
] as const)("under %s a canary's log is judged (%#)", (collect, log, kind, message) => {
  const logs = { collect, maxEntries: 90_000, whenFull: "deleteOldest" };
  const collecting = stackWith("prod", { logs });

  expect(judgeLogs(collecting, CANARY, log === undefined ? [] : [log])).toEqual([
    { kind, about: "canary: normal", message },
  ]);
});

test("a request that the Worker refused leaves no log", () => {
  expect(judgeLogs(stack, { ...CANARY, kind: "refused" }, [LOG])).toMatchObject([
    { kind: "broken" },
  ]);
});

test.each([
  [{ status: 200 }, undefined],
  [{ kind: "streamed", status: 500, reason: "gateway_misconfigured" }, "broken"],
  [{ status: 401, reason: "invalid_api_key" }, "broken"],
  [{ status: 429, reason: "rate_limit_exceeded" }, "unknown"],
  [{ status: undefined, reason: "ECONNREFUSED" }, "broken"],
  [{ kind: "refused", status: 404 }, undefined],
  [{ kind: "refused", status: 200 }, "broken"],
  [{ kind: "failing", status: 400 }, undefined],
  [{ kind: "failing", status: 401 }, "broken"],
  [{ kind: "failing", status: 200 }, "unknown"],
] as const)("an answer %o is %s", (answer, kind) => {
  expect(judgeAnswer({ ...CANARY, ...answer })?.kind).toBe(kind);
});

function allow(name: string): Token["policies"][number] {
  return { effect: "allow", permission_groups: [{ name }], resources: {} };
}

/** As the API answers for a gateway of dev's kind. */
const STORED_DEV = {
  id: "shop-dev",
  authentication: true,
  byok_only: false,
  cache_invalidate_on_update: true,
  cache_ttl: null,
  collect_logs: true,
  created_at: "2026-11-22T00:00:00Z",
  is_default: false,
  log_classification: false,
  log_management: 10_000,
  log_management_strategy: "DELETE_OLDEST",
  logpush: false,
  logpush_public_key: null,
  rate_limiting_interval: 0,
  rate_limiting_limit: null,
  rate_limiting_technique: "fixed",
  store_id: "",
  workers_ai_billing_mode: "postpaid",
  zdr: false,
};

const COPYING = stackWith("prod", {
  plan: "paid",
  tier: "development",
  logs: { collect: "full", maxEntries: 10_000, whenFull: "deleteOldest" },
  logpush: { bucket: "app-logs", keepDays: 30, publicKey: PUBLIC_KEY },
});
const SECRET = "0123456789abcdef".repeat(4);
const JOB = {
  enabled: true,
  destination_conf: `r2://app-logs/{DATE}?account-id=${SECRET.slice(32)}&secret-access-key=${SECRET}`,
  filter: '{"where":{"key":"Gateway","operator":"eq","value":"shop-prod"}}',
};

test("a Logpush job as the program declares it keeps every promise", () => {
  expect(judgeJob(COPYING, JOB)).toEqual([]);
});

test("a job pushes the declared fields that the account offers, and no other", () => {
  const job = (...field_names: string[]) => ({ output_options: { field_names } });
  const offered = ["Datetime", "Gateway", "RequestBody"];
  const full = { bodies: true };
  const bare = { bodies: false };

  expect(judgeFields(full, job(...offered), offered)).toEqual([]);
  expect(judgeFields(full, job("Gateway", "RequestBody"), offered)).toEqual([
    "does not push Datetime",
  ]);
  expect(judgeFields(full, job("Gateway", "Country"), undefined)).toEqual([
    "pushes Country, which is not declared",
  ]);
  expect(judgeFields(bare, job("Datetime", "Gateway"), offered)).toEqual([]);
  expect(judgeFields(bare, job(...offered), offered)).toEqual([
    "pushes RequestBody, which is not declared",
  ]);
  // A job that has Timestamp needs no Datetime.
  expect(judgeFields(bare, job("Timestamp", "Datetime", "Gateway"), undefined)).toEqual([
    "pushes Datetime, which is not declared",
  ]);
  // Such a job says nothing about its fields.
  expect(judgeFields(full, {}, offered)).toEqual([]);
});

test("a job's keys are in no message, wherever it pushes and whatever the API repeats", () => {
  const elsewhere = { destination_conf: `https://user:${SECRET}@sumo.test/receiver/${SECRET}` };
  const failing = { last_error: "2026-11-22", error_message: `no way to ${JOB.destination_conf}` };

  expect(judgeJob(COPYING, { ...JOB, ...elsewhere })).toEqual([
    "pushes to https://sumo.test, declared is r2://app-logs",
  ]);
  expect(judgeJob(COPYING, { ...JOB, ...failing })).toEqual([
    "fails since 2026-11-22: no way to r2://app-logs/{DATE}?account-id=…&secret-access-key=…",
  ]);
});

test("a notification that does not arrive, or reaches others, is told without its address", () => {
  const alerts = { email: "ops@example.com", webhook: "https://alerts.test/T0/key" };
  const [declared] = alertPolicies({ ...COPYING.settings, alerts });
  if (declared === undefined) throw new Error("the stack has no policy");
  const webhook = { id: "hook", last_failure: "2026-11-22T00:00:00Z" };
  const policy = {
    enabled: true,
    alert_type: declared.type,
    mechanisms: { email: [{ id: "ops@example.com" }], webhooks: [{ id: "hook" }] },
  };
  const judged = (found: object, hook: object | undefined = webhook) =>
    judgePolicy({ declared, alerts, webhook: hook }, { ...policy, ...found });

  expect(judged({})).toEqual(["calls a webhook that fails since 2026-11-22T00:00:00Z"]);
  expect(judged({}, { ...webhook, last_success: "2026-11-22T00:00:01Z" })).toEqual([]);
  expect(judged({}, { id: "other" })).toEqual(["does not call the declared webhook"]);
  const more = { ...policy.mechanisms, webhooks: [{ id: "hook" }, { id: "theirs" }] };
  expect(judged({ mechanisms: more }, { id: "hook" })).toEqual([
    "calls another webhook than the declared one",
  ]);
  // Somebody's address is in no log of CI.
  const emails = [{ id: "eve@acme.dev" }, { id: "mallory@acme.dev" }];
  expect(judged({ mechanisms: { ...policy.mechanisms, email: emails } }, { id: "hook" })).toEqual([
    "does not write to ops@example.com, and writes to 2 e-mail receivers that the stack does not declare",
  ]);
  expect(judged({ alert_type: `sk-live-${"a1B2".repeat(6)}` }, { id: "hook" })).toEqual([
    `is about (a key of 32 characters), declared is ${declared.type}`,
  ]);
  expect(judged({ filters: { product: ["r2"] } }, { id: "hook" })).toEqual([
    "has other filters than declared",
  ]);
});

test.each<[string, readonly unknown[], readonly string[]]>([
  ["as declared", [age(7, "old/"), age(30)], []],
  ["off", [{ ...age(30), enabled: false }], ["deletes no copies, declared is after 30 days"]],
  ["for a part", [age(30, "old/")], ["deletes no copies, declared is after 30 days"]],
  ["too late", [age(60)], ["deletes copies after 60 days, declared are 30"]],
  ["two, in any order", [age(30), age(7)], ["deletes copies after 7 days, declared are 30"]],
])("a bucket's rule %s is judged by the first that deletes all", (_, rules, problems) => {
  expect(judgeLifecycle(30, rules)).toEqual(problems);
});

function age(days: number, prefix = "") {
  const condition = { type: "Age", maxAge: days * 86_400 };
  return { enabled: true, conditions: { prefix }, deleteObjectsTransition: { condition } };
}
