/** What a deploy hands over, what the code may rely on, and the check between them. */
import type { AiGateway, AiOptions, RateLimit } from "@cloudflare/workers-types";
import * as v from "valibot";

import { checkBindings, text } from "../bindings.ts";
import { parseJson } from "../json.ts";

/** The part of the Workers AI binding that is used: always the raw response, see models.ts. */
export interface AiBinding {
  gateway(id: string): Pick<AiGateway, "getLog" | "patchLog">;
  run(model: string, inputs: object, options: RunOptions): Promise<Response>;
}

/** `signal` is typed as the runtime's own class there, which no other code can name. */
type RunOptions = Omit<AiOptions, "signal"> & {
  readonly gateway: object;
  readonly signal: AbortSignal;
};

const json = v.pipe(v.string(), v.transform(parseJson));

const bindings = v.object({
  AI: v.custom<AiBinding>((value) => typeof value === "object" && value !== null),
  GATEWAY_ID: text,
  COLLECT_LOGS: v.picklist(["full", "metadata", "none"]),
  MODELS: v.pipe(json, v.tupleWithRest([text], text)),
  ACCESS: v.picklist(["token", "open"]),
  /** JSON list: the SHA-256 of each caller's token, 64 hexadecimal characters, and its last day as YYYY-MM-DD. */
  CALLERS: v.pipe(json, v.array(v.object({ name: text, sha256: text, until: v.optional(text) }))),
  /** JSON; absent where Cloudflare Access lets nobody in. `team` is the first label of TEAM.cloudflareaccess.com. */
  CLOUDFLARE_ACCESS: v.optional(v.pipe(json, v.object({ team: text, audience: text }))),
  /** Absent where callers stand in logs under their own names. */
  CALLER_HASH_KEY: v.optional(text),
  /** Counts the calls of each caller; absent where the stack sets no limit. */
  CALLER_LIMIT: v.optional(v.custom<RateLimit>((value) => typeof value === "object")),
  /** JSON list of origins. */
  ORIGINS: v.pipe(json, v.array(text)),
  /** JSON list of models that stand in, in this order. */
  FALLBACKS: v.pipe(json, v.array(text)),
  TIMEOUT_MS: v.pipe(json, v.number(), v.safeInteger(), v.minValue(1)),
  MAX_BODY_BYTES: v.pipe(json, v.number(), v.safeInteger(), v.minValue(1)),
  STACK: text,
  RELEASE: text,
});

/** As deployed: every name is declared in infra/chat-worker.ts, and the compiler compares the two. */
export type RawEnv = { readonly [name in keyof v.InferInput<typeof bindings>]?: unknown };

export type Env = Readonly<v.InferOutput<typeof bindings>>;

export type Caller = Env["CALLERS"][number];
export type AccessApplication = NonNullable<Env["CLOUDFLARE_ACCESS"]>;

const checked = new WeakMap<RawEnv, Env>();

/** Checks the bindings, once for each deploy; throws a BindingError. */
export function checkEnv(raw: RawEnv): Env {
  const env = checked.get(raw) ?? checkBindings(bindings, raw, "infra/chat-worker.ts");
  checked.set(raw, env);
  return env;
}
