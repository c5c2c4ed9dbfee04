/** `/accounts/{account}/r2/buckets`: buckets, their lifecycle rules, and the objects that Logpush made. */
import { z } from "zod";

import type { Allow, Api, ApiArgs } from "./api.ts";
import type { StoredObject } from "../logpush/objects.ts";
import { ApiError, readBody, success } from "./envelope.ts";
import type { Bucket } from "./state.ts";

const BUCKETS = "/accounts/:account/r2/buckets";

// https://developers.cloudflare.com/r2/buckets/create-buckets/
const creation = z.looseObject({ name: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/) });
const lifecycle = z.object({ rules: z.array(z.record(z.string(), z.unknown())).default([]) });

export function addBuckets(api: Api, allow: Allow, { account, objects }: ApiArgs): void {
  const read = allow("Workers R2 Storage Read", "Workers R2 Storage Write");
  const write = allow("Workers R2 Storage Write");

  const find = (name: string): Bucket => {
    const bucket = account.state.buckets[name];
    if (bucket !== undefined) return bucket;
    throw new ApiError(404, { code: 10_006, message: "The specified bucket does not exist." });
  };
  const keep = (bucket: Bucket): void =>
    account.update((state) => ({ ...state, buckets: { ...state.buckets, [bucket.name]: bucket } }));

  api.get(BUCKETS, read, (c) =>
    success(c, { buckets: Object.values(account.state.buckets).map(describe) }),
  );
  api.post(BUCKETS, write, async (c) => {
    const { name } = await readBody(c, creation);
    if (account.state.buckets[name] !== undefined) {
      throw new ApiError(409, { code: 10_004, message: "the bucket exists, and is yours" });
    }
    const bucket = { name, createdAt: new Date().toISOString(), rules: [], isDeclared: false };
    keep(bucket);
    return success(c, describe(bucket));
  });
  api.get(`${BUCKETS}/:bucket`, read, (c) => success(c, describe(find(c.req.param("bucket")))));
  api.delete(`${BUCKETS}/:bucket`, write, async (c) => {
    const { name } = find(c.req.param("bucket"));
    if ((await objects.list(name)).length > 0) {
      const message = "The bucket you tried to delete is not empty";
      throw new ApiError(409, { code: 10_008, message });
    }
    account.update((state) => {
      const { [name]: gone, ...buckets } = state.buckets;
      return { ...state, buckets };
    });
    return success(c, {});
  });
  api.get(`${BUCKETS}/:bucket/lifecycle`, read, (c) =>
    success(c, { rules: find(c.req.param("bucket")).rules }),
  );
  api.put(`${BUCKETS}/:bucket/lifecycle`, write, async (c) => {
    const bucket = find(c.req.param("bucket"));
    keep({ ...bucket, rules: (await readBody(c, lifecycle)).rules });
    return success(c, {});
  });

  api.get(`${BUCKETS}/:bucket/objects`, read, async (c) => {
    const { name } = find(c.req.param("bucket"));
    const found = await objects.list(name);
    return success(c, found.map(describeObject), { result_info: { is_truncated: false } });
  });
  api.get(`${BUCKETS}/:bucket/objects/:key{.+}`, read, async (c) => {
    const body = await objects.get(find(c.req.param("bucket")).name, c.req.param("key"));
    if (body === undefined) throw noObject();
    return c.body(new Uint8Array(body), 200, { "content-type": "application/octet-stream" });
  });
  api.delete(`${BUCKETS}/:bucket/objects/:key{.+}`, write, async (c) => {
    const key = c.req.param("key");
    await objects.delete(find(c.req.param("bucket")).name, key);
    return success(c, { key });
  });
}

function noObject(): ApiError {
  return new ApiError(404, { code: 10_007, message: "The specified key does not exist." });
}

function describeObject({ key, size, modifiedAt }: StoredObject): object {
  return { key, size, last_modified: new Date(modifiedAt).toISOString() };
}

function describe({ name, createdAt }: Bucket): object {
  const place = { location: "WEUR", jurisdiction: "default", storage_class: "Standard" };
  return { name, creation_date: createdAt, ...place };
}
