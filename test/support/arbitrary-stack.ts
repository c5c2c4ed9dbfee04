/**
 * Generates whole stacks over all settings, as stack files declare them: every range with its
 * edges, every list empty, short or full.
 */
import fc from "fast-check";
import { stringify } from "yaml";

import { looksSecret } from "../../policy/looks-secret.ts";
import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { check } from "../../policy/rules/rules.ts";
import { REACH_NAMES } from "../../policy/settings/reaches.ts";
import { TODAY } from "./corpus.ts";
import { PUBLIC_KEY } from "./public-key.ts";
import { toStack } from "./settings.ts";

/** The values of settings by name, with secrets in clear. */
export type StackValues = Readonly<Record<string, unknown>>;

// These beginnings are found in no stack by chance, and in no stand-in.
const HASH_MARK = "5ec4e7";
const HEADER_MARK = "planted-";
const URL_MARK = `https://${HEADER_MARK}`;

/** An arbitrary hash that `isSecret` recognises. */
const arbitraryHash = fc.stringMatching(/^5ec4e7[0-9a-f]{58}$/);

/** A valid stack, whose broken rules a waiver excuses. */
export function arbitraryStack(fixed: StackValues = {}): fc.Arbitrary<StackValues> {
  return fc
    .tuple(fc.oneof(legacy, observability), shared)
    .map(([logs, rest]) => withWaivers({ ...logs, ...rest, ...fixed }));
}

/**
 * Writes the same with secrets in clear, or each as a cipher that shows nothing, or each but those that may stand in
 * clear.
 */
export function toStackFile(
  values: StackValues,
  secrets: "in clear" | "encrypted" | "hashes in clear",
): string {
  const isClear = (key: string) =>
    secrets === "in clear" || (secrets === "hashes in clear" && key === "callers");
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `ai-gateway:${key}`,
      isClear(key) ? value : encrypt(value),
    ]),
  );
  return stringify({ config }, { defaultStringType: "QUOTE_DOUBLE", lineWidth: 0 });
}

/** Converts a stack to the strings that Pulumi passes to a program. */
export function toConfig(values: StackValues): Record<string, string> {
  const entries = Object.entries(values).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return Object.fromEntries(entries);
}

/** Checks whether a value is one of these stacks' secrets. */
export function isSecret(value: unknown): value is string {
  return (
    typeof value === "string" &&
    [HASH_MARK, HEADER_MARK, URL_MARK].some((mark) => value.startsWith(mark))
  );
}

/** Lists every secret of a stack. */
export function secretsOf(value: unknown): string[] {
  if (isSecret(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsOf);
}

function encrypt(value: unknown): unknown {
  if (isSecret(value)) return { secure: "v1:cipher" };
  if (Array.isArray(value)) return value.map(encrypt);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encrypt(item)]));
}

/** A last day of a waiver: within a year, and after this run. */
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

/**
 * Waives each rule that would stop a deploy, and no other: a waiver without use is an error in
 * production.
 */
function withWaivers(values: StackValues): StackValues {
  const parsed = parseSettings(toConfig(values));
  if (!parsed.ok) throw new Error(formatProblems("arbitrary", parsed.problems));
  const broken = check(toStack("arbitrary", parsed.settings), { others: [], today: TODAY })
    .filter(({ severity }) => severity === "error")
    .map(({ rule }) => rule.id);
  const waivers = [...new Set(broken)].map((rule) => ({
    rule,
    reason: "any stack may break it here",
    until: TOMORROW,
  }));
  return { ...values, waivers };
}

function whole(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));
}

/** Generates lists that are mostly short, and sometimes full. */
function list<T>(
  item: fc.Arbitrary<T>,
  { min = 0, max, by }: { min?: number; max: number; by?: (item: T) => unknown },
): fc.Arbitrary<T[]> {
  const options = by === undefined ? {} : { selector: by };
  const of = (minLength: number, maxLength: number) =>
    by === undefined
      ? fc.array(item, { minLength, maxLength })
      : fc.uniqueArray(item, { minLength, maxLength, ...options });
  return fc.oneof(
    { weight: 12, arbitrary: of(min, Math.min(max, min + 2)) },
    { weight: 1, arbitrary: of(max, max) },
  );
}

/** Generates groups in which any of the fields may be left out. */
function group<T, K extends keyof T>(
  model: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
  requiredKeys: K[],
) {
  return fc.record(model, { requiredKeys });
}

const boolean = fc.boolean();
/** A boolean, also as `pulumi config set` writes it. */
const setting = fc.constantFrom<boolean | string>(true, false, "true", "false");
const name = fc.oneof(
  fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/),
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{30}[a-z0-9]$/),
);
const label = fc.oneof(
  fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/),
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{61}[a-z0-9]$/),
);
const day = fc
  .date({
    min: new Date("2020-01-01T00:00:00Z"),
    max: new Date("2040-12-31T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString().slice(0, 10));
const keepDays = whole(1, 3650);
const technique = fc.constantFrom("fixed", "sliding");
const collect = fc.constantFrom("full", "metadata", "none");

const alertUrl = fc.stringMatching(/^https:\/\/planted-[a-z0-9]{20}\.test\/[A-Za-z0-9/_-]{0,100}$/);

/** Drops an address for alerts that nothing would send. */
function withoutIdleAlert<T extends { alertUrl?: string; keepDays?: number }>(logs: T) {
  if (logs.keepDays !== undefined) return logs;
  const { alertUrl: _, ...rest } = logs;
  return rest;
}

const legacy = fc.record({
  logSystem: fc.constant("legacy"),
  logs: group(
    {
      collect,
      classification: boolean,
      maxEntries: whole(10_000, 10_000_000),
      whenFull: fc.constantFrom("deleteOldest", "stop"),
      keepDays,
      alertUrl,
    },
    ["collect", "maxEntries", "whenFull"],
  ).map(withoutIdleAlert),
});

const observability = fc.record({
  logSystem: fc.constant("observability"),
  logs: group({ collect, classification: boolean, keepDays }, ["collect"]),
});

const readers = list(
  group(
    {
      name,
      kind: fc.constantFrom("person", "ci"),
      until: day,
      addresses: list(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6(),
          fc.tuple(fc.ipV4(), whole(0, 32)).map(([address, bits]) => `${address}/${bits}`),
        ),
        { min: 1, max: 50 },
      ),
      token: boolean,
    },
    ["name", "kind"],
  ),
  { max: 50, by: (reader) => reader.name },
);

const url = fc
  .oneof(
    fc.stringMatching(/^https:\/\/[a-z0-9.-]{1,40}(?::\d{1,5})?(?:\/[A-Za-z0-9._~/%:-]{0,40})?$/),
    fc.stringMatching(/^https:\/\/[a-z]{10}(?:\/[a-z._~%:-]{9}){48}\/[a-z]$/),
  )
  // A path that looks like a key is refused.
  .filter((text) => URL.canParse(text) && !looksSecret(text));
const headerName = fc.oneof(
  fc.constantFrom("Authorization", "x-key"),
  fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/),
);
const headerValue = fc.oneof(
  fc.stringMatching(/^planted-[0-9a-f]{16}$/),
  fc.stringMatching(/^planted-[0-9a-f]{16}$/).map((text) => text.padEnd(4096, "=")),
);

const copies = list(
  group(
    {
      kind: fc.constant("otel"),
      url,
      headers: fc.dictionary(headerName, headerValue, { maxKeys: 3, noNullPrototype: true }),
      authorization: fc.stringMatching(/^[A-Za-z0-9_-]{1,100}$/),
      contentType: fc.constantFrom("json", "protobuf"),
      keepDays,
    },
    ["kind", "url"],
  ),
  { max: 10, by: (copy) => copy.url },
);

const telemetry = group(
  {
    metrics: fc.oneof(
      fc.constant(true),
      fc.record({ dataset: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/) }),
    ),
    traces: group(
      {
        // A collector's URL has a path.
        url: url.map((text) => text.replace(/^(https:\/\/[^/]*)$/, "$1/")),
        headers: fc.dictionary(fc.constantFrom("Authorization", "x-key"), headerValue, {
          maxKeys: 2,
          noNullPrototype: true,
        }),
        keepDays,
      },
      ["url"],
    ),
  },
  [],
);

const hazards = ["P1", ...Array.from({ length: 13 }, (_, index) => `S${index + 1}`)];
const verdicts = fc.dictionary(fc.constantFrom(...hazards), fc.constantFrom("flag", "block"), {
  maxKeys: hazards.length,
  noNullPrototype: true,
});

const model = fc.oneof(
  fc.stringMatching(/^@cf\/[a-z0-9][a-z0-9-]{0,12}\/[a-z0-9][a-z0-9._-]{0,30}$/),
  fc.stringMatching(/^(?:openai|x[a-z0-9-]{0,12})\/[a-z0-9][a-z0-9._-]{0,30}$/),
);

const modelName = fc.stringMatching(/^(?:gpt|claude)-[a-z0-9][a-z0-9.:/-]{0,30}$/);
const thirdParty = fc.constantFrom("chat", "responses", "messages");

/** Writes an id alone, or as a group, with a name for every other one. */
function asModel({ id, name: called, speaks, shape, stream }: ModelParts): string | object {
  if (shape === "id") return id;
  return {
    id,
    ...(shape === "spoken" &&
      (id.startsWith("@cf/") ? { speaks: "workers-ai" } : { speaks, stream })),
    ...(shape === "named" && { name: called }),
  };
}

interface ModelParts {
  readonly id: string;
  readonly name: string;
  readonly speaks: string;
  readonly stream: string;
  readonly shape: "id" | "group" | "named" | "spoken";
}

const modelParts = fc.record({
  id: model,
  name: modelName,
  speaks: thirdParty,
  stream: fc.constantFrom("read", "native"),
  shape: fc.constantFrom<ModelParts["shape"]>("id", "id", "group", "named", "spoken"),
});

const worker = group(
  {
    name: label,
    models: list(modelParts, { min: 1, max: 50, by: ({ id }) => id }),
    allow: fc.uniqueArray(fc.constantFrom(...REACH_NAMES), { maxLength: 3 }),
    access: fc.constantFrom("token", "open"),
    domain: fc.oneof(
      fc.constant("chat.example.com"),
      fc.constant(`${`${"a".repeat(61)}.`.repeat(4)}com`.slice(-253)),
    ),
    workersDev: boolean,
    workersDevSubdomain: label,
    timeoutSeconds: whole(1, 600),
    idleSeconds: whole(1, 600),
    callerLimit: fc.record({
      requests: whole(1, 1_000_000),
      periodSeconds: fc.constantFrom(10, 60),
    }),
    origins: fc.constantFrom<string[]>([], ["https://app.example.com", "http://localhost:3000"]),
    maxBodyBytes: whole(1024, 10_000_000),
    cloudflareAccess: fc.record({ team: label, audience: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    placement: fc.constantFrom("default", "smart"),
    cpuMs: whole(10, 300_000),
  },
  ["name", "models"],
).map(({ models, idleSeconds, ...settings }) => ({
  ...settings,
  ...(idleSeconds !== undefined && {
    idleSeconds: Math.min(idleSeconds, settings.timeoutSeconds ?? idleSeconds),
  }),
  models: withOneName(models).map(asModel),
  // Each is one of the models; every second stack has some.
  ...(models.length % 2 === 0 && { fallbacks: models.slice(0, 5).map(({ id }) => id) }),
}));

/** Leaves each name to the first model that has it. */
function withOneName(models: readonly ModelParts[]): readonly ModelParts[] {
  const names = models.map((each) => (each.shape === "named" ? each.name : undefined));
  return models.map((each, index) =>
    names.indexOf(each.name) === index || each.shape !== "named"
      ? each
      : { ...each, shape: "group" },
  );
}

const shared = group(
  {
    gatewayId: fc.oneof(
      fc.stringMatching(/^[a-z0-9_]{1,12}(?:-[a-z0-9_]{1,12}){0,3}$/),
      fc.stringMatching(/^[a-z0-9_]{64}$/),
      fc.constant("default"),
    ),
    accountId: fc.stringMatching(/^[0-9a-f]{32}$/),
    plan: fc.constantFrom("free", "paid"),
    tier: fc.constantFrom("development", "production"),
    protect: setting,
    authentication: setting,
    readers,
    exports: copies,
    logpush: fc
      .record({
        bucket: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/),
        keepDays: whole(1, 3650),
        bodies: fc.boolean(),
        publicKey: fc.option(fc.constantFrom(PUBLIC_KEY, `${PUBLIC_KEY}\n`)),
      })
      // Bodies leave for a key alone.
      .map(({ publicKey, ...rest }) =>
        publicKey === null ? { ...rest, bodies: false } : { ...rest, publicKey },
      ),
    telemetry,
    alerts: group(
      {
        email: fc.constantFrom("ops@example.com", "on.call+ai@example.org"),
        webhook: alertUrl,
        usage: fc.record({
          product: fc.stringMatching(/^[a-z0-9_]{1,20}$/),
          limit: whole(1, 1_000_000_000_000),
        }),
      },
      ["email"],
    ),
    cache: fc.record({ ttlSeconds: whole(60, 2_592_000) }),
    rateLimit: fc.record({
      requests: whole(1, 1_000_000_000),
      intervalSeconds: whole(1, 2_592_000),
      technique,
    }),
    spendLimits: list(
      group(
        {
          id: name,
          limitUsd: fc.oneof(
            fc.constantFrom(0.01, 1_000_000),
            fc.double({ min: 0.01, max: 1_000_000, noNaN: true }),
          ),
          windowSeconds: whole(1, 31_536_000),
          technique,
          per: fc.constantFrom("gateway", "caller"),
        },
        ["id", "limitUsd", "windowSeconds"],
      ),
      { max: 20, by: (limit) => limit.id },
    ),
    retry: fc.record({
      maxAttempts: whole(1, 5),
      delayMs: whole(100, 5000),
      backoff: fc.constantFrom("constant", "linear", "exponential"),
    }),
    // With one hazard at least: guardrails that look for nothing are refused.
    guardrails: group({ prompt: verdicts, response: verdicts }, []).filter(
      ({ prompt, response }) => Object.keys({ ...prompt, ...response }).length > 0,
    ),
    dlp: list(
      fc.record({
        id: name,
        action: fc.constantFrom("flag", "block"),
        check: fc.uniqueArray(fc.constantFrom("request", "response"), {
          minLength: 1,
          maxLength: 2,
        }),
        profiles: list(fc.uuid(), { min: 1, max: 50 }),
      }),
      { max: 20, by: (policy) => policy.id },
    ),
    secretsStoreId: fc.constantFrom("5ec5".repeat(8), "ab".repeat(16)),
    providers: list(
      group({ provider: label, alias: name, key: fc.stringMatching(/^planted-[a-z]{4,40}$/) }, [
        "provider",
        "key",
      ]),
      { max: 5, by: ({ provider, alias = "default" }) => `${provider} ${alias}` },
    ),
    byokOnly: setting,
    zdr: setting,
    billing: fc.constantFrom("postpaid", "unified"),
    worker,
    anonymousCallers: fc.record({ key: arbitraryHash }),
    callers: list(
      group(
        {
          name,
          sha256: arbitraryHash,
          until: day,
          models: fc.nat(3),
          limit: fc.record({
            requests: whole(1, 1_000_000),
            periodSeconds: fc.constantFrom(10, 60),
          }),
          limitUsd: group(
            { usd: whole(1, 1_000_000), windowSeconds: whole(1, 31_536_000), technique },
            ["usd", "windowSeconds"],
          ),
        },
        ["name", "sha256"],
      ),
      { max: 100 },
    ),
  },
  ["gatewayId", "accountId", "plan", "tier", "worker"],
).map(({ secretsStoreId = "5ec5".repeat(8), ...stack }) => ({
  ...stack,
  callers: asDeclared(stack),
  // Keys need one.
  ...(stack.providers !== undefined && { secretsStoreId }),
}));

interface CallerParts {
  readonly name: string;
  /** How many of the stack's models are the caller's own. */
  readonly models?: number;
  readonly limit?: object;
  readonly limitUsd?: object;
}

interface Declaring {
  readonly worker: { readonly models: readonly (string | object)[] };
  readonly spendLimits?: readonly object[];
  readonly callers?: readonly CallerParts[];
}

/**
 * Gives all tokens of a caller what its first one has, models that the stack declares, and limits of
 * money to as many callers as the gateway has room for.
 */
function asDeclared({ worker: { models }, spendLimits: limits = [], callers = [] }: Declaring) {
  const names = [...new Set(callers.map((caller) => caller.name))];
  const known = models.map((each) =>
    typeof each === "string" ? each : String(Reflect.get(each, "name") ?? Reflect.get(each, "id")),
  );
  return callers.map((caller) => {
    const {
      models: amount,
      limit,
      limitUsd,
    } = callers.find((each) => each.name === caller.name) ?? {};
    const { models: _, limit: __, limitUsd: ___, ...token } = caller;
    const hasRoom = names.indexOf(caller.name) < 20 - limits.length;
    return {
      ...token,
      ...(amount !== undefined && amount > 0 && { models: known.slice(0, amount) }),
      ...(limit !== undefined && { limit }),
      ...(limitUsd !== undefined && hasRoom && { limitUsd }),
    };
  });
}
