/**
 * Decrypts one line of a file that Logpush wrote. The format is AES-GCM, with a key that RSA-OAEP
 * with SHA-256 wraps and with the tag behind the data, all of it base64. It was read from
 * Cloudflare's own script in
 * https://developers.cloudflare.com/ai-gateway/observability/logging/logpush/
 */
import { createDecipheriv, privateDecrypt, type KeyObject } from "node:crypto";

import { z } from "zod";

import { hasText, parseJson } from "../../policy/json.ts";

const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));
const envelope = z.object({ key: base64, iv: base64, data: base64 });
const line = z.record(z.string(), z.unknown());

/** The fields that Cloudflare encrypts, where the gateway has a key. */
const FIELDS = ["Metadata", "RequestBody", "ResponseBody"] as const;

const TAG_BYTES = 16;

/** An error whose message says why a line could not be decrypted. */
export class DecryptError extends Error {}

/** A log with its bodies and metadata in clear. */
interface OpenedLog {
  readonly log: Readonly<Record<string, unknown>>;
  /** The fields that were in clear already: Cloudflare encrypts them where the gateway has a key. */
  readonly inClear: readonly (typeof FIELDS)[number][];
}

/** Decrypts the bodies and the metadata of a log. Throws a DecryptError. */
export function decryptLog(text: string, privateKey: KeyObject): OpenedLog {
  const log = line.safeParse(parseJson(text));
  if (!log.success) throw new DecryptError("is no log: not a JSON object");
  // The fields of a log usually share one key, and unwrapping it takes far longer than all the
  // rest.
  const unwrapped = new Map<string, Buffer>();
  const opened = FIELDS.flatMap((field) => {
    const value = log.data[field];
    if (isClosedOtherwise(value)) {
      throw new DecryptError(
        `${field} is encrypted without a key and an iv beside its data; how that is opened is not published`,
      );
    }
    return isClosed(value) ? [[field, open(field, value, { privateKey, unwrapped })]] : [];
  });
  return {
    log: { ...log.data, ...Object.fromEntries(opened) },
    inClear: FIELDS.filter((field) => isClear(log.data[field])),
  };
}

function isClosed(value: unknown): value is { readonly key: unknown } {
  return typeof value === "object" && value !== null && "key" in value;
}

/**
 * Checks for the form that the dataset's page has, `{"type":"encrypted","data":"base64"}`. A `key`
 * and an `iv` were seen beside it in pushed logs; without them nothing published says where the
 * key of `data` is.
 * https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/account/ai_gateway_events/
 */
function isClosedOtherwise(value: unknown): boolean {
  return !isClosed(value) && Object(value).type === "encrypted";
}

/** Checks whether a value shows anything: a log without bodies has empty fields, or none. */
function isClear(value: unknown): boolean {
  return !isClosed(value) && hasText(value);
}

interface Keys {
  readonly privateKey: KeyObject;
  /** The keys in clear, by their wrapped form in hexadecimal. */
  readonly unwrapped: Map<string, Buffer>;
}

function open(field: string, value: unknown, keys: Keys): string {
  const { data: parts, success } = envelope.safeParse(value);
  if (!success || parts.data.length < TAG_BYTES) {
    throw new DecryptError(
      `${field} is not encrypted as documented: no key, iv and data in base64`,
    );
  }
  const key = unwrap(field, parts.key, keys);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, parts.iv);
    decipher.setAuthTag(parts.data.subarray(-TAG_BYTES));
    const clear = [decipher.update(parts.data.subarray(0, -TAG_BYTES)), decipher.final()];
    return Buffer.concat(clear).toString("utf8");
  } catch {
    throw new DecryptError(`${field} was changed after it was encrypted`);
  }
}

function unwrap(field: string, wrapped: Buffer, { privateKey, unwrapped }: Keys): Buffer {
  const name = wrapped.toString("hex");
  const known = unwrapped.get(name);
  if (known !== undefined) return known;
  try {
    const key = privateDecrypt({ key: privateKey, oaepHash: "sha256" }, wrapped);
    unwrapped.set(name, key);
    return key;
  } catch {
    throw new DecryptError(`${field} is encrypted for another key`);
  }
}
