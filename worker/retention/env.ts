/** What a deploy hands over, what the code may rely on, and the check between them. */
import * as v from "valibot";

import { checkBindings, text } from "../bindings.ts";

// Not 0: keeping no days would delete every log.
const amount = v.pipe(v.string(), v.regex(/^[1-9]\d{0,8}$/), v.transform(Number));
const url = (pattern: RegExp) =>
  v.pipe(
    text,
    v.regex(pattern),
    v.check((value) => URL.canParse(value)),
  );

const bindings = v.object({
  ACCOUNT_ID: text,
  GATEWAY_ID: text,
  KEEP_DAYS: amount,
  /** The gateway's cap, by count. */
  MAX_ENTRIES: amount,
  /** The number of requests that the account's plan allows one run. */
  MAX_SUBREQUESTS: amount,
  /** A token with AI Gateway Write, and nothing else. */
  API_TOKEN: text,
  /**
   * The address of Cloudflare's API, without a slash at the end; on a laptop, of the local one,
   * over http.
   */
  API_URL: url(/^https?:\/\/.*[^/]$/),
  /** The address that is alerted when a run fails or falls behind. */
  ALERT_URL: v.optional(url(/^https:\/\//)),
  STACK: text,
});

/**
 * The bindings as deployed: every name is declared in infra/retention-worker.ts, and the compiler
 * compares the two.
 */
export type RawEnv = { readonly [name in keyof v.InferInput<typeof bindings>]?: unknown };

/** The checked bindings. */
export type Env = Readonly<v.InferOutput<typeof bindings>>;

/** Checks the bindings; throws a BindingError. */
export function checkEnv(raw: RawEnv): Env {
  return checkBindings(bindings, raw, "infra/retention-worker.ts");
}
