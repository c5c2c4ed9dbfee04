import { beforeAll, expect, test, vi } from "vitest";

import { recordStack, type Recorded } from "../../record/record.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { ROOT, stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
const LOGPUSH = { bucket: "shop-dev-logs", keepDays: 30, publicKey: PUBLIC_KEY };

const ACCOUNT = "0123456789abcdef0123456789abcdef";

let resources: readonly Recorded[];

beforeAll(async () => {
  const config = stackConfig("dev", { plan: "paid", protect: "true", logpush: LOGPUSH });
  ({ resources } = await recordStack("dev", config, () => import("../../infra/index.ts")));
});

test("the gateway encrypts for the stack's key, and pushes", () => {
  expect(resource("AiGateway").inputs).toMatchObject({
    collectLogs: true,
    logpush: true,
    logpushPublicKey: PUBLIC_KEY,
  });
});

test("the bucket is as protected as the gateway, and deletes what is older than the stack says", () => {
  const bucket = resource("R2Bucket");
  const days = (count: number) => ({ condition: { type: "Age", maxAge: count * 86_400 } });

  expect(bucket).toMatchObject({ protect: true, retainOnDelete: true });
  // Pulumi's own protection falls to --ignore-protect; this hook does not.
  expect(bucket.hooks).toEqual({ beforeDelete: ["gateway-is-protected"] });
  expect(bucket.inputs).toEqual({ accountId: ACCOUNT, name: "shop-dev-logs" });
  expect(resource("R2BucketLifecycle").inputs).toEqual({
    accountId: ACCOUNT,
    bucketName: "shop-dev-logs",
    rules: [
      {
        id: "Default Multipart Abort Rule",
        enabled: true,
        conditions: { prefix: "" },
        abortMultipartUploadsTransition: days(7),
      },
      {
        id: "keep 30 days",
        enabled: true,
        conditions: { prefix: "" },
        deleteObjectsTransition: days(30),
      },
    ],
  });
});

test("the token reaches the objects of that bucket, and nothing else", () => {
  expect(resource("AccountToken")).toMatchObject({
    replaceOnChanges: ["policies"],
    inputs: {
      name: "ai-gateway shop-dev logpush",
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "2efd5506f9c8494dacb1fa10a3e7d5b6" }],
          resources: `{"com.cloudflare.edge.r2.bucket.${ACCOUNT}_default_shop-dev-logs":"*"}`,
        },
      ],
    },
  });
});

test("the job pushes this gateway's logs alone, once gateway, bucket and its rules are there", () => {
  const { inputs, secretInputs, dependencies } = resource("LogpushJob");

  expect(inputs).toMatchObject({
    name: "ai-gateway-shop-dev",
    dataset: "ai_gateway_events",
    filter: '{"where":{"key":"Gateway","operator":"eq","value":"shop-dev"}}',
    fields: [
      "Timestamp",
      "Gateway",
      "Provider",
      "Model",
      "RequestedModel",
      "RoutingReason",
      "RoutingDecisionID",
      "Endpoint",
      "StatusCode",
      "Cached",
      "RateLimited",
      "Metrics",
      "Metadata",
      "RequestBody",
      "ResponseBody",
    ],
    enabled: true,
  });
  expect(inputs["destination"]).toMatch(
    /^r2:\/\/shop-dev-logs\/\{DATE\}\?account-id=[0-9a-f]{32}&access-key-id=logpush-id&secret-access-key=[0-9a-f]{64}$/,
  );
  expect(secretInputs).toEqual(["destination"]);
  expect(dependencies.toSorted()).toEqual([
    "cloudflare:index/accountToken:AccountToken logpush",
    "cloudflare:index/aiGateway:AiGateway gateway",
    "cloudflare:index/r2Bucket:R2Bucket logpush",
    "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle logpush",
  ]);
});

test("without bodies the job names none, and no key is needed", async () => {
  const logpush = { bucket: "shop-dev-logs", keepDays: 30, bodies: false };
  const config = stackConfig("dev", { plan: "paid", logpush });

  // The program runs as it is loaded, so that a second time needs another name.
  const again = "../../infra/index.ts?bare";
  const recording = await recordStack("dev", config, () => import(/* @vite-ignore */ again));

  const inputsOf = (type: string) =>
    recording.resources.find((each) => each.type.endsWith(`:${type}`))?.inputs ?? {};
  expect(inputsOf("AiGateway")).toMatchObject({ logpush: true });
  expect(inputsOf("AiGateway")).not.toHaveProperty("logpushPublicKey");
  const fields = Object(inputsOf("LogpushJob")["fields"]);
  expect(fields).toEqual(Object(resource("LogpushJob").inputs["fields"]).slice(0, -2));
  expect(fields).not.toContain("RequestBody");
  expect(fields).not.toContain("ResponseBody");
  expect(inputsOf("R2BucketLifecycle")).toEqual(resource("R2BucketLifecycle").inputs);
});

test("what Pulumi keeps of the functions holds no token, and no path of this machine", () => {
  const source = String(resource("LogpushJob").inputs["__provider"]);

  expect(source).toContain("process.env");
  expect(source).not.toMatch(/[0-9a-f]{32}/);
  expect(source).not.toContain(ROOT);
});

function resource(type: string): Recorded {
  const found = resources.find((each) => each.type.endsWith(`:${type}`));
  if (found === undefined) throw new Error(`the program declares no ${type}`);
  return found;
}
