/** What a program declares for Logpush: a bucket, its lifecycle, and the job that fills it. */
import { z } from "zod";

import { LOGPUSH_DATASET } from "../../policy/gateway/logpush-job.ts";

export const r2Bucket = z.strictObject({ accountId: z.string(), name: z.string() });

const age = z.strictObject({
  condition: z.strictObject({ type: z.literal("Age"), maxAge: z.int().min(0) }),
});

export const r2BucketLifecycle = z.strictObject({
  accountId: z.string(),
  bucketName: z.string(),
  rules: z.array(
    z.strictObject({
      id: z.string(),
      enabled: z.boolean(),
      conditions: z.strictObject({ prefix: z.string() }),
      abortMultipartUploadsTransition: age.optional(),
      deleteObjectsTransition: age.optional(),
    }),
  ),
});

/** A resource of the program's own, which brings the functions that make it. */
export const logpushJob = z.strictObject({
  __provider: z.string(),
  accountId: z.string(),
  name: z.string().regex(/^[A-Za-z0-9.-]{0,512}$/),
  dataset: z.literal(LOGPUSH_DATASET),
  destination: z.string(),
  filter: z.string(),
  fields: z.array(z.string()).min(1),
  enabled: z.boolean(),
});
