/** Every step before a gated endpoint, in the app's order: who may call, and how often. */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

import { authenticate, hideName } from "./access.ts";
import { readIdentity } from "./cloudflare-access.ts";
import type { App } from "../context.ts";
import { ENDPOINTS } from "../endpoints/endpoints.ts";
import { limitOf, type Caller, type CallerName, type Env } from "../env.ts";
import { modelsOf } from "../models/choice.ts";
import { RefusalError, type Refusal } from "../refusal.ts";

const CORS = {
  allowMethods: [...new Set(Object.values(ENDPOINTS).map(({ method }) => method))],
  // Origins decide, and any header may come: OpenAI's SDK alone sends ten of its own.
  allowHeaders: [],
  exposeHeaders: [
    "retry-after",
    "traceparent",
    "x-event-id",
    "x-ignored-fields",
    "x-log-id",
    "x-model",
    "x-request-id",
    "request-id",
    "x-should-retry",
  ],
  maxAge: 600,
};

/**
 * Lets scripts of the stack's web pages read answers; a page elsewhere gets no header, so its
 * browser hides them.
 */
export const allowPages: MiddlewareHandler<App> = (context, next) => {
  const { ORIGINS } = context.var.env;
  return ORIGINS.length === 0 ? next() : cors({ ...CORS, origin: [...ORIGINS] })(context, next);
};

/**
 * Refuses requests that another site makes, by a form, a script or a link, and prefetches: a model
 * call costs money, and a browser that holds the token sends it by itself.
 */
export const refuseOtherSites: MiddlewareHandler<App> = (context, next) => {
  const { headers, url } = context.req.raw;
  const { origin: own } = new URL(url);
  const origin = headers.get("origin") ?? own;
  const site = headers.get("sec-fetch-site");
  // A browser without Sec-Fetch-Site (Safari before 16.4, some web views) sends an Origin.
  const isOurs = site === null ? origin === own : ["none", "same-origin"].includes(site);
  const isKnown = isOurs || context.var.env.ORIGINS.includes(origin);
  if (!isKnown || headers.has("sec-purpose")) throw new RefusalError(crossSite);
  return next();
};

/**
 * Sets the caller's name, hidden where the stack wants that, its models and its limit; refuses an
 * unknown caller.
 */
export const identifyCaller: MiddlewareHandler<App> = async (context, next) => {
  const { env } = context.var;
  const known: Known | undefined =
    env.ACCESS === "open" ? { name: "anonymous" } : await find(context.req.raw, env);
  if (known === undefined) throw new RefusalError(unknownCaller, CHALLENGE);
  const { CALLER_HASH_KEY: key } = env;
  const caller = key === undefined ? known.name : await hideName(known.name, key);
  context.set("caller", caller);
  context.set("models", modelsOf(env, known));
  context.set("limit", limitOf(env, known));
  context.var.line.caller = caller;
  return next();
};

/** A caller as far as it matters once it is known; whom Access lets in has nothing of its own. */
type Known = Omit<Caller, "sha256" | "until" | "name"> & { readonly name: CallerName };

/**
 * Finds the caller. The two kinds never meet: a token's name has neither the @ of an address nor
 * the dot of a client id.
 */
async function find(request: Request, env: Env): Promise<Known | undefined> {
  const holder = await authenticate(request, env.CALLERS, new Date());
  if (holder !== undefined || env.CLOUDFLARE_ACCESS === undefined) return holder;
  const name = await readIdentity(request, env.CLOUDFLARE_ACCESS);
  return name === undefined ? undefined : { name };
}

/** Refuses a caller over its limit. Where the Worker is open, all callers share one. */
export const limitCaller: MiddlewareHandler<App> = async (context, next) => {
  const { caller, limit } = context.var;
  if (limit === undefined || (await limit.counter.limit({ key: caller })).success) return next();
  throw new RefusalError(tooMany, { "retry-after": String(limit.periodSeconds) });
};

const crossSite: Refusal = {
  status: 403,
  code: "cross_site",
  message: "another site may not ask on your behalf; in a browser, type the address itself",
};

// All schemes stand in one line, each with a realm and nothing more: Chromium ignores a list with
// other parameters.
const CHALLENGE = {
  "www-authenticate": 'Basic realm="token as password", Bearer realm="token"',
};

const tooMany: Refusal = {
  status: 429,
  code: "rate_limit_exceeded",
  message: "too many requests of this caller; try again later",
};

const unknownCaller: Refusal = {
  status: 401,
  code: "invalid_api_key",
  message:
    "no valid token; send it as a bearer token or as x-api-key, or as the password in a browser",
};
