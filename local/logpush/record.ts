/** A log as Logpush writes it: a line of JSON, of which the gateway's key closes three fields. */
import { createCipheriv, publicEncrypt, randomBytes } from "node:crypto";

import type { Bodies, Log } from "../logs/log.ts";

// https://developers.cloudflare.com/ai-gateway/reference/limits/
const MAX_BYTES = 1_000_000;

export function isTooLarge(bodies: Bodies | undefined): boolean {
  const { request = "", response = "" } = bodies ?? {};
  return Buffer.byteLength(request) + Buffer.byteLength(response) > MAX_BYTES;
}

export interface RecordArgs {
  readonly log: Log;
  readonly bodies: Bodies | undefined;
  /** The gateway's key, as PEM; without one nothing is encrypted. */
  readonly publicKey: string | undefined;
  readonly fields: readonly string[];
}

type Value = (log: Log, bodies: Bodies | undefined) => unknown;
type Fields = Readonly<Record<string, readonly [description: string, value: Value]>>;

const CLEAR: Fields = {
  Timestamp: ["when the request came", ({ createdAt }) => new Date(createdAt).toISOString()],
  Gateway: ["id of the gateway", ({ gateway }) => gateway],
  Provider: ["provider of the model", ({ provider }) => provider],
  Model: ["model that answered", ({ model }) => model],
  RequestedModel: ["model that was asked for", ({ model }) => model],
  // Nothing routes here.
  RoutingReason: ["why a router chose the model", () => ""],
  RoutingDecisionID: ["id of the router's choice", () => ""],
  Endpoint: ["path of the request", ({ model }) => model],
  StatusCode: ["status of the answer", ({ status }) => status],
  Cached: ["whether the cache answered", ({ cached }) => cached],
  RateLimited: ["whether a limit refused it", ({ status }) => status === 429],
  Metrics: ["cost and duration", ({ cost, durationMs }) => ({ cost: cost ?? 0, durationMs })],
};

/** The fields that the gateway's key closes. */
const SEALED: Fields = {
  Metadata: ["metadata of the request", ({ metadata }) => metadata],
  RequestBody: ["body of the request", (_, bodies) => bodies?.request ?? ""],
  ResponseBody: ["body of the answer", (_, bodies) => bodies?.response ?? ""],
};

/** Descriptions of the dataset's fields, by their names. */
export const RECORD_FIELDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...CLEAR, ...SEALED }).map(([name, [description]]) => [name, description]),
);

/** Writes one line of an export. */
export function toRecord({ log, bodies, publicKey, fields }: RecordArgs): string {
  const read = (some: Fields) =>
    Object.fromEntries(Object.entries(some).map(([name, [, value]]) => [name, value(log, bodies)]));
  const texts = read(SEALED);
  const closed = publicKey === undefined ? texts : closeAll(texts, publicKey);
  const all = Object.entries({ ...read(CLEAR), ...closed });
  return JSON.stringify(Object.fromEntries(all.filter(([name]) => fields.includes(name))));
}

/** Encrypts fields with one AES key for the log, which the RSA key wraps. */
function closeAll(texts: Readonly<Record<string, unknown>>, publicKey: string) {
  const aesKey = randomBytes(32);
  const key = publicEncrypt({ key: publicKey, oaepHash: "sha256" }, aesKey).toString("base64");
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", aesKey, iv);
      const plain = typeof text === "string" ? text : JSON.stringify(text);
      const data = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      const sealed = { key, iv: iv.toString("base64"), data: data.toString("base64") };
      return [name, { type: "encrypted", ...sealed }];
    }),
  );
}
