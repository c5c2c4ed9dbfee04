/** Derives what one caller may use, and up to which limits, in the form that Worker and gateway take. */
import type { Settings } from "../settings/settings.ts";

type Models = Settings["worker"]["models"];
type Caller = Settings["callers"][number];

/** Lists the ids of a caller's own models; undefined where it may use all of the stack's. */
export function ownModels(models: Models, { models: own }: Pick<Caller, "models">) {
  return own?.map(
    (asked) => models.find(({ id, name }) => [id, name].includes(asked))?.id ?? asked,
  );
}

/** Describes a caller as the Worker's binding has it. Its limit of money is the gateway's. */
export function toBoundCaller(models: Models, { name, sha256, until, ...own }: Caller) {
  const limit = own.limit && limitName(own.limit);
  return { name, sha256, until, models: ownModels(models, own), limit };
}

/** Makes the rate limit bindings of callers with limits of their own: one for each distinct limit. */
export function ownLimits(callers: readonly Caller[]) {
  return Object.fromEntries(
    callers.flatMap(({ limit }) =>
      limit === undefined ? [] : [[limitName(limit), toRateLimit(limit)] as const],
    ),
  );
}

/** Makes a rate limit binding, in the form of Cloudflare's API. */
export function toRateLimit({ requests, periodSeconds }: NonNullable<Caller["limit"]>) {
  return { type: "ratelimit", simple: { limit: requests, period: periodSeconds } } as const;
}

function limitName({ requests, periodSeconds }: NonNullable<Caller["limit"]>) {
  return `CALLER_LIMIT_${requests}_PER_${periodSeconds}S` as const;
}

/** Checks whether a binding is one of these limits, by its name. */
export function isOwnLimit(name: string): boolean {
  return name.startsWith("CALLER_LIMIT_");
}

/** Lists callers with a limit of money, each once, whatever the number of its tokens. */
export function withBudget(callers: readonly Pick<Caller, "name" | "limitUsd">[]) {
  const limits = callers.flatMap(({ name, limitUsd }) =>
    limitUsd === undefined ? [] : [[name, limitUsd] as const],
  );
  return [...new Map(limits)].map(([name, limitUsd]) => ({ name, ...limitUsd }));
}

/**
 * Returns the settings with callers under the names that their logs have: their own, or with
 * `anonymousCallers` what the Worker makes of them (worker/chat/gate/access.ts).
 */
export async function asLogged<S extends Pick<Settings, "callers" | "anonymousCallers">>(
  settings: S,
): Promise<S> {
  const { callers, anonymousCallers } = settings;
  if (anonymousCallers === undefined) return settings;
  const hidden = callers.map(async (caller) => ({
    ...caller,
    name: await hideName(caller.name, anonymousCallers.key),
  }));
  return { ...settings, callers: await Promise.all(hidden) };
}

/** Hashes a name as the Worker does: the first 24 hexadecimal characters of HMAC-SHA256. */
export async function hideName(name: string, key: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encode(key), algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", imported, encode(name)));
  return Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The settings that decide how a caller is named. */
type Naming = Pick<Settings, "logs" | "anonymousCallers" | "worker">;

/**
 * Returns how spans and data points name a caller: as logs do, or, where a stack keeps no log, by its
 * hash or not at all (worker/chat/telemetry/caller.ts).
 */
export function callersIn({ logs, anonymousCallers }: Omit<Naming, "worker">) {
  if (anonymousCallers !== undefined) return "hash";
  return logs.collect === "none" ? "nobody" : "name";
}

/** Describes how metadata names a caller. */
export function callerName({ anonymousCallers, worker }: Omit<Naming, "logs">): string {
  if (anonymousCallers !== undefined) return "a keyed hash of the caller";
  return worker.cloudflareAccess === undefined ? "caller" : "caller (of people the e-mail address)";
}
