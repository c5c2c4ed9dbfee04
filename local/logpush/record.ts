/** A log as Logpush writes it: a line of JSON, of which the gateway's key closes three fields. */
import { createCipheriv, publicEncrypt, randomBytes } from "node:crypto";

import type { Bodies, Log } from "../logs/log.ts";

// https://developers.cloudflare.com/ai-gateway/reference/limits/
const MAX_BYTES = 1_000_000;

/** Returns whether a log is too large to be exported. */
export function isTooLarge(bodies: Bodies | undefined): boolean {
  const { request = "", response = "" } = bodies ?? {};
  return Buffer.byteLength(request) + Buffer.byteLength(response) > MAX_BYTES;
}

export interface RecordArgs {
  readonly log: Log;
  readonly bodies: Bodies | undefined;
  /** The gateway's key, as PEM; without one nothing is encrypted. */
  readonly publicKey: string | undefined;
  /** The fields of the job; others are left out. */
  readonly fields: readonly string[];
}

/** Writes one line of an export. */
export function toRecord({ log, bodies, publicKey, fields }: RecordArgs): string {
  const clear = {
    Datetime: new Date(log.createdAt).toISOString(),
    Gateway: log.gateway,
    Provider: log.provider,
    Model: log.model,
    Endpoint: log.model,
    StatusCode: log.status,
    Cached: log.cached,
    RateLimited: log.status === 429,
  };
  const texts = {
    Metadata: JSON.stringify(log.metadata),
    RequestBody: bodies?.request ?? "",
    ResponseBody: bodies?.response ?? "",
  };
  const closed = publicKey === undefined ? texts : closeAll(texts, publicKey);
  const named = Object.entries({ ...clear, ...closed }).filter(([name]) => fields.includes(name));
  return JSON.stringify(Object.fromEntries(named));
}

/** Encrypts fields with one AES key for the log, which the RSA key wraps. */
function closeAll(texts: Readonly<Record<string, string>>, publicKey: string) {
  const aesKey = randomBytes(32);
  const key = publicEncrypt({ key: publicKey, oaepHash: "sha256" }, aesKey).toString("base64");
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", aesKey, iv);
      const data = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return [name, { key, iv: iv.toString("base64"), data: data.toString("base64") }];
    }),
  );
}
