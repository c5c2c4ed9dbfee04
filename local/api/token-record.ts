/** API tokens as the local account keeps them: hashes, never values. */
import { createHash, randomBytes } from "node:crypto";

import { z } from "zod";

import { network } from "../account.ts";

/** The permissions that this project and its commands use, by their names at Cloudflare. */
export const PERMISSIONS = [
  "AI Gateway Read",
  "AI Gateway Run",
  "AI Gateway Write",
  "Account API Tokens Read",
  "Account API Tokens Write",
  "Account Analytics Read",
  "Account Settings Read",
  "Billing Read",
  "Logs Read",
  "Logs Write",
  "Notifications Read",
  "Secrets Store Read",
  "Secrets Store Write",
  "Notifications Write",
  "Workers AI Read",
  "Workers AI Write",
  "Workers R2 Storage Bucket Item Write",
  "Workers R2 Storage Read",
  "Workers R2 Storage Write",
  "Workers Scripts Read",
  "Workers Scripts Write",
  "Workers Tail Read",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** The kind of resource that is an account, and below it, an R2 bucket. */
export const SCOPE = "com.cloudflare.api.account";
export const BUCKET_SCOPE = "com.cloudflare.edge.r2.bucket";

/** The permission groups, with ids of this account's own: programs look them up by name. */
export const PERMISSION_GROUPS = PERMISSIONS.map((name) => ({
  id: idOf(name),
  name,
  scopes: [name === "Workers R2 Storage Bucket Item Write" ? BUCKET_SCOPE : SCOPE],
}));

const policy = z.object({
  id: z.string().default(newId),
  effect: z.enum(["allow", "deny"]),
  permission_groups: z.array(z.looseObject({ id: z.string() })).min(1),
  resources: z.record(z.string(), z.unknown()),
});

const condition = z.object({
  request_ip: z
    .object({ in: z.array(network).optional(), not_in: z.array(network).optional() })
    .optional(),
});

/** The fields of a token that a request sets, with the API's own names. */
export const tokenRequest = z.object({
  name: z.string().min(1).max(120),
  policies: z.array(policy).min(1),
  condition: condition.optional(),
  expires_on: z.iso.datetime({ offset: true }).optional(),
  not_before: z.iso.datetime({ offset: true }).optional(),
});

/** The status of a token, as far as a request sets it; see `statusOf` for the one that holds. */
export const tokenStatus = z.enum(["active", "disabled", "expired"]);

/** Whether the running stack declares a record; each start does so anew, and no file keeps it. */
export const isDeclared = z.boolean().default(false);

export const tokenRecord = tokenRequest.extend({
  id: z.string(),
  status: tokenStatus,
  issued_on: z.string(),
  modified_on: z.string(),
  /** The SHA-256 of its value, in hexadecimal. */
  hash: z.string(),
  isDeclared,
});

export type TokenRecord = Readonly<z.output<typeof tokenRecord>>;

/** Makes the local key's token, which has every permission. */
export function allPowerful(accountId: string, key: string): TokenRecord {
  const resources = { [`${SCOPE}.${accountId}`]: "*" };
  return {
    id: idOf(key),
    name: "local key",
    status: "active",
    policies: [{ id: "local", effect: "allow", permission_groups: PERMISSION_GROUPS, resources }],
    issued_on: new Date(0).toISOString(),
    modified_on: new Date(0).toISOString(),
    hash: sha256(key),
    isDeclared: false,
  };
}

/** Makes a token's value with the 40 characters of Cloudflare's, which the provider insists on. */
export function newTokenValue(): string {
  return randomBytes(30).toString("base64url");
}

/** Makes an id at random; `idOf` makes the same one of the same text. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}

export function idOf(text: string): string {
  return sha256(text).slice(0, 32);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
