import { auth as readBasic } from "hono/utils/basic-auth";
import { timingSafeEqual } from "hono/utils/buffer";
import { sha256 } from "hono/utils/crypto";
import * as v from "valibot";

import { own, type Own } from "../../bindings.ts";
import type { Caller } from "../env.ts";

/**
 * Returns the caller, by its token; undefined for one that is unknown, or whose last day (UTC) is over.
 * The token comes as a bearer token (SDKs, curl), as the password of Basic (a browser's prompt) or
 * as `x-api-key` (Anthropic's SDKs, which may send both headers). Every hash is compared, each in
 * constant time, so that neither the answer's time nor its order shows which callers exist.
 */
export async function authenticate(
  request: Request,
  callers: readonly Caller[],
  now: Date,
): Promise<Caller | undefined> {
  for (const token of readTokens(request)) {
    const holder = await findHolder(token, callers, now);
    if (holder !== undefined) return holder;
  }
  return undefined;
}

async function findHolder(
  token: string,
  callers: readonly Caller[],
  now: Date,
): Promise<Caller | undefined> {
  const today = now.toISOString().slice(0, 10);
  const hash = (await sha256(token)) ?? "";
  const matches = await Promise.all(
    callers.map(async (caller) => {
      const { sha256: known, until = today } = caller;
      return (await timingSafeEqual(hash, known, asItIs)) && today <= until ? caller : undefined;
    }),
  );
  return matches.find((caller) => caller !== undefined);
}

/** Replaces the library's hashing: the values are hashes already. */
function asItIs(hash: string): string {
  return hash;
}

/**
 * Returns what stands for a caller's name in logs: the first 24 hexadecimal characters of its
 * HMAC-SHA256. Whoever holds the key can find the name by trying names; nobody else can.
 */
export async function hideName(name: string, key: string): Promise<Own> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encode(key), algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", imported, encode(name)));
  const hash = Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0"));
  return v.parse(own, hash.join(""));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads the tokens of a request, the bearer token first. */
function readTokens(request: Request): readonly string[] {
  const { headers } = request;
  const bearer = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  const tokens = [bearer ?? readBasic(request)?.password, headers.get("x-api-key")];
  // An empty token is nobody's, also where a stack has encrypted its hash, which everybody knows.
  return tokens.flatMap((token) => (token ? [token] : []));
}
