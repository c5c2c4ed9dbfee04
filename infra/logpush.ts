import { createHash } from "node:crypto";

import { AccountToken } from "@pulumi/cloudflare/accountToken.js";
import { R2Bucket } from "@pulumi/cloudflare/r2bucket.js";
import { R2BucketLifecycle } from "@pulumi/cloudflare/r2bucketLifecycle.js";
import type * as types from "@pulumi/cloudflare/types/index.js";
import * as pulumi from "@pulumi/pulumi";

import { logpushTokenName } from "../policy/gateway/names.ts";
import { DAY_SECONDS } from "../policy/platform.ts";
import type { Settings } from "../policy/settings/settings.ts";
import { allowObjects, REPLACE_WITH_POLICY } from "./account-token.ts";
import { LogpushJob } from "./dynamic/logpush-job.ts";

/** The settings of the copies, and the gateway whose logs are copied. */
export interface LogpushArgs
  extends
    Pick<Settings, "accountId" | "protect">,
    Pick<NonNullable<Settings["logpush"]>, "bucket" | "keepDays" | "bodies"> {
  readonly gatewayId: pulumi.Output<string>;
  /** The hooks that refuse to delete the bucket while the stack protects it. */
  readonly guard: pulumi.ResourceHookBinding;
}

/**
 * The copies of one gateway's logs, in a bucket of their own. The gateway encrypts bodies and
 * metadata where it has a public key; without one the job names no bodies.
 */
export class Logpush extends pulumi.ComponentResource {
  constructor(name: string, args: LogpushArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ai-gateway:index:Logpush", name, {}, opts);
    const { accountId, gatewayId, protect } = args;

    const bucket = new R2Bucket(
      name,
      { accountId, name: args.bucket },
      // Like the gateway, a protected bucket that leaves the stack by mistake is kept, and its
      // lifecycle goes on.
      { parent: this, protect, retainOnDelete: protect, hooks: args.guard },
    );
    const lifecycle = new R2BucketLifecycle(
      name,
      { accountId, bucketName: bucket.name, rules: rules(args.keepDays) },
      { parent: this },
    );
    const token = new AccountToken(
      name,
      {
        accountId,
        name: gatewayId.apply(logpushTokenName),
        policies: [allowObjects(accountId, args.bucket)],
      },
      // The job gets the new token before the old one is deleted.
      { parent: this, ...REPLACE_WITH_POLICY },
    );
    new LogpushJob(
      name,
      { accountId, gatewayId, destination: destination(args, token), bodies: args.bodies },
      // The rule that deletes exists before there is anything to delete.
      { parent: this, dependsOn: [bucket, lifecycle] },
    );

    this.registerOutputs();
  }
}

function rules(keepDays: number): types.input.R2BucketLifecycleRule[] {
  return [
    // Every bucket is created with this rule, and a list of rules replaces all that were there.
    {
      id: "Default Multipart Abort Rule",
      enabled: true,
      conditions: { prefix: "" },
      abortMultipartUploadsTransition: age(7),
    },
    {
      id: `keep ${keepDays} days`,
      enabled: true,
      conditions: { prefix: "" },
      deleteObjectsTransition: age(keepDays),
    },
  ];
}

function age(days: number) {
  return { condition: { type: "Age", maxAge: days * DAY_SECONDS } };
}

// https://developers.cloudflare.com/r2/api/tokens/#get-s3-api-credentials-from-an-api-token
/** Makes the destination, with a folder for each day. Its keys are derived from the token: */
function destination(
  { accountId, bucket }: LogpushArgs,
  { id, value }: AccountToken,
): pulumi.Output<string> {
  return pulumi.secret(
    pulumi.all([id, value]).apply(([keyId, token]) => {
      const secret = createHash("sha256").update(token).digest("hex");
      return `r2://${bucket}/{DATE}?account-id=${accountId}&access-key-id=${keyId}&secret-access-key=${secret}`;
    }),
  );
}
