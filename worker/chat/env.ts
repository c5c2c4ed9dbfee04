/** What a deploy hands over, what the code may rely on, and the check between them. */
import type {
  AiGateway,
  AiOptions,
  AnalyticsEngineDataset,
  RateLimit,
} from "@cloudflare/workers-types";
import * as v from "valibot";

import { checkBindings, own, text, type Own } from "../bindings.ts";
import { parseJson } from "../json.ts";

/** The part of the Workers AI binding that is used: always the raw response, see models/call.ts. */
export interface AiBinding {
  gateway(id: string): Pick<AiGateway, "getLog" | "patchLog">;
  run(model: string, inputs: object, options: RunOptions): Promise<Response>;
}

/** Workers AI's options. There, `signal` has the runtime's own class, which no other code can name. */
type RunOptions = Omit<AiOptions, "signal"> & {
  readonly rejectIfBusy?: boolean;
  readonly gateway: object;
  readonly signal: AbortSignal;
};

const json = v.pipe(v.string(), v.transform(parseJson));

/** The formats that models speak. The deploy says which; the Worker has no table of providers. */
const FORMATS = ["workers-ai", "chat", "responses", "messages"] as const;

/**
 * The columns of a data point. Their order, and what each means, is the deploy's
 * (policy/gateway/metrics.ts).
 */
export const BLOBS = [
  "stack",
  "release",
  "route",
  "model",
  "requestedModel",
  "caller",
  "code",
  "streamEnd",
] as const;
export const DOUBLES = [
  "status",
  "durationMs",
  "firstEventMs",
  "inputTokens",
  "cachedTokens",
  "outputTokens",
  "reasoningTokens",
  "hasUsage",
  "fallbacks",
] as const;

/**
 * What a request may ask of a provider beside an answer: to keep something, to fetch, to run tools
 * of its own. Each is refused unless the stack allows it.
 */
export const REACHES = [
  "store",
  "background",
  "files",
  "cache_24h",
  "web_search",
  "web_fetch",
  "code_execution",
  "file_search",
  "image_generation",
  "mcp",
] as const;

const model = v.object({
  id: own,
  speaks: v.picklist(FORMATS),
  name: v.optional(text),
  /** How its streams reach callers of its own format; absent: event by event. */
  stream: v.optional(v.literal("native")),
});

/** The binding of a limit that some callers have for themselves; its name says which. */
type LimitName = `CALLER_LIMIT_${number}_PER_${number}S`;

const rateLimit = v.custom<RateLimit>((value) => typeof value === "object" && value !== null);

const caller = v.object({
  name: own,
  /** The SHA-256 of the token, in hexadecimal. */
  sha256: text,
  /** The token's last day, as YYYY-MM-DD. */
  until: v.optional(text),
  /** The ids of the models that the caller may use; absent: all of the stack. */
  models: v.optional(v.pipe(v.array(text), v.minLength(1))),
  /** The name of the binding that counts its calls; absent: `CALLER_LIMIT` does. */
  limit: v.optional(v.custom<LimitName>((value) => LIMIT_NAME.test(String(value)))),
});

const LIMIT_NAME = /^CALLER_LIMIT_\d+_PER_(\d+)S$/;

const bindings = v.object({
  AI: v.custom<AiBinding>((value) => typeof value === "object" && value !== null),
  GATEWAY_ID: own,
  COLLECT_LOGS: v.picklist(["full", "metadata", "none"]),
  /** A JSON list of the models: id, format, and the name that callers may use in its place. */
  MODELS: v.pipe(json, v.tupleWithRest([model], model)),
  /** A JSON list of what requests may ask of a provider. */
  ALLOW: v.pipe(json, v.array(v.picklist(REACHES))),
  ACCESS: v.picklist(["token", "open"]),
  /** A JSON list of the callers, one item for each token. */
  CALLERS: v.pipe(json, v.array(caller)),
  /**
   * The Access application, as JSON; absent where Access lets nobody in. `team` is the first label
   * of TEAM.cloudflareaccess.com.
   */
  CLOUDFLARE_ACCESS: v.optional(v.pipe(json, v.object({ team: text, audience: text }))),
  /** The key that hides callers' names in logs; absent where they are logged as they are. */
  CALLER_HASH_KEY: v.optional(text),
  /** Counts the calls of each caller without a limit of its own; absent: they have none. */
  CALLER_LIMIT: v.optional(rateLimit),
  /** The period of that limit, which the binding itself does not show. */
  CALLER_PERIOD_SECONDS: v.optional(v.pipe(json, v.picklist([10, 60]))),
  /** A JSON list of the origins whose pages may call the Worker. */
  ORIGINS: v.pipe(json, v.array(text)),
  /** A JSON list of the models that stand in for another, in this order. */
  FALLBACKS: v.pipe(json, v.array(text)),
  TIMEOUT_MS: v.pipe(json, v.number(), v.safeInteger(), v.minValue(1)),
  /** The longest silence within a stream. */
  IDLE_MS: v.pipe(json, v.number(), v.safeInteger(), v.minValue(1)),
  MAX_BODY_BYTES: v.pipe(json, v.number(), v.safeInteger(), v.minValue(1)),
  STACK: own,
  RELEASE: own,
  /** The collector of spans, as JSON: its address, and what they name as their origin. */
  TRACES: v.optional(v.pipe(json, v.object({ url: text, service: own, environment: own }))),
  /** The headers that the collector requires, as JSON. */
  TRACES_HEADERS: v.optional(v.pipe(json, v.record(v.string(), v.string()))),
  /** Where data points are written; absent where the stack has none. */
  METRICS: v.optional(
    v.custom<AnalyticsEngineDataset>((value) => typeof value === "object" && value !== null),
  ),
  /** The columns of a data point in order, as JSON. */
  METRICS_COLUMNS: v.optional(
    v.pipe(
      json,
      v.object({ blobs: v.array(v.picklist(BLOBS)), doubles: v.array(v.picklist(DOUBLES)) }),
    ),
  ),
});

/**
 * The bindings as deployed: every name is declared in infra/chat-worker.ts, and the compiler
 * compares the two.
 */
export type RawEnv = {
  readonly [name in keyof v.InferInput<typeof bindings> | LimitName]?: unknown;
};

/** The checked bindings. */
export type Env = Readonly<v.InferOutput<typeof bindings> & Record<LimitName, RateLimit>>;

/** The collector of the stack's spans. */
export type Collector = NonNullable<Env["TRACES"]>;
/** A model of the stack. */
export type Model = Env["MODELS"][number];
/** What a request may ask of a provider beside an answer. */
export type Reach = Env["ALLOW"][number];
/** What names a caller in logs: a name of the stack's, an identity of Access, or the hash of one. */
export type CallerName = Own | "anonymous";
/** A caller that a token identifies. */
export type Caller = Env["CALLERS"][number];
/** The application of Cloudflare Access that stands before the Worker. */
export type AccessApplication = NonNullable<Env["CLOUDFLARE_ACCESS"]>;

/** A limit of a caller: what counts its calls, and how long a full one stays full at most. */
export interface Limit {
  readonly counter: RateLimit;
  readonly periodSeconds: number;
}

/** Returns a caller's own limit, or else the one of every caller; undefined where there is none. */
export function limitOf(env: Env, { limit: name }: Pick<Caller, "limit">): Limit | undefined {
  const counter = name === undefined ? env.CALLER_LIMIT : env[name];
  const period =
    name === undefined ? env.CALLER_PERIOD_SECONDS : Number(LIMIT_NAME.exec(name)?.[1]);
  return counter && { counter, periodSeconds: period ?? LONGEST_PERIOD_SECONDS };
}

// https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
const LONGEST_PERIOD_SECONDS = 60;

const checked = new WeakMap<RawEnv, Env>();

/** Checks the bindings, once for each deploy; throws a BindingError. */
export function checkEnv(raw: RawEnv): Env {
  const env = checked.get(raw) ?? check(raw);
  checked.set(raw, env);
  return env;
}

/** Checks the bindings that every deploy has, and then the limits that the callers name. */
function check(raw: RawEnv): Env {
  const env = checkBindings(bindings, raw, DECLARED_IN);
  const names = env.CALLERS.flatMap(({ limit }) => (limit === undefined ? [] : [limit]));
  const limits = v.object(Object.fromEntries(names.map((name) => [name, rateLimit])));
  return { ...env, ...checkBindings(limits, raw, DECLARED_IN) };
}

const DECLARED_IN = "infra/chat-worker.ts";
