/** `/accounts/{account}/r2/buckets`: buckets, their lifecycle rules, and their objects. */
import { z } from "zod";

import { readBody, refuse, success } from "./envelope.ts";
import { param, type ApiContext, type Route } from "./route.ts";
import type { Records } from "./state.ts";

const BUCKETS = "/accounts/:account/r2/buckets";
const BUCKET = `${BUCKETS}/:bucket`;
const OBJECT = `${BUCKET}/objects/:key{.+}`;
const READ = ["Workers R2 Storage Read", "Workers R2 Storage Write"] as const;
const WRITE = ["Workers R2 Storage Write"] as const;

export const BUCKET_ROUTES: readonly Route[] = [
  ["GET", BUCKETS, READ, listBuckets],
  ["POST", BUCKETS, WRITE, createBucket],
  ["GET", BUCKET, READ, (c) => toWire(bucketOf(c))],
  ["DELETE", BUCKET, WRITE, deleteBucket],
  ["GET", `${BUCKET}/lifecycle`, READ, (c) => ({ rules: bucketOf(c).rules })],
  ["PUT", `${BUCKET}/lifecycle`, WRITE, replaceLifecycle],
  ["GET", `${BUCKET}/objects`, READ, listObjects],
  ["GET", OBJECT, READ, readObject],
  ["DELETE", OBJECT, WRITE, deleteObject],
];

// https://developers.cloudflare.com/r2/buckets/create-buckets/
const creation = z.looseObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/) });
const lifecycle = z.object({ rules: z.array(z.record(z.string(), z.unknown())).default([]) });

function bucketOf(c: ApiContext): Records["buckets"] {
  const bucket = c.env.account.find("buckets", param(c, "bucket"));
  return bucket ?? refuse(404, 10_006, "The specified bucket does not exist.");
}

function listBuckets({ env: { account } }: ApiContext): object {
  return { buckets: account.list("buckets").map(toWire) };
}

async function createBucket(c: ApiContext): Promise<object> {
  const { account } = c.env;
  const { name } = await readBody(c, creation);
  if (account.find("buckets", name) !== undefined) {
    refuse(409, 10_004, "the bucket exists, and is yours");
  }
  const bucket = { name, createdAt: new Date().toISOString(), rules: [], isDeclared: false };
  account.put("buckets", name, bucket);
  return toWire(bucket);
}

async function deleteBucket(c: ApiContext): Promise<object> {
  const { name } = bucketOf(c);
  if ((await c.env.objects.list(name)).length > 0) {
    refuse(409, 10_008, "The bucket you tried to delete is not empty");
  }
  c.env.account.remove("buckets", name);
  return {};
}

async function replaceLifecycle(c: ApiContext): Promise<object> {
  const bucket = bucketOf(c);
  const { rules } = await readBody(c, lifecycle);
  c.env.account.put("buckets", bucket.name, { ...bucket, rules });
  return {};
}

async function listObjects(c: ApiContext): Promise<Response> {
  const objects = (await c.env.objects.list(bucketOf(c).name)).map(({ key, size, modifiedAt }) => ({
    key,
    size,
    last_modified: new Date(modifiedAt).toISOString(),
  }));
  return success(c, objects, { result_info: { is_truncated: false } });
}

async function readObject(c: ApiContext): Promise<Response> {
  const body = await c.env.objects.get(bucketOf(c).name, param(c, "key"));
  if (body === undefined) return refuse(404, 10_007, "The specified key does not exist.");
  return c.body(new Uint8Array(body), 200, { "content-type": "application/octet-stream" });
}

async function deleteObject(c: ApiContext): Promise<object> {
  const key = param(c, "key");
  await c.env.objects.delete(bucketOf(c).name, key);
  return { key };
}

function toWire({ name, createdAt }: Records["buckets"]): object {
  const place = { location: "WEUR", jurisdiction: "default", storage_class: "Standard" };
  return { name, creation_date: createdAt, ...place };
}
