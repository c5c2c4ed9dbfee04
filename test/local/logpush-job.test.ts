/** The program's own resource, run as Pulumi runs it: its functions out of the state, in another process. */
import { createHash } from "node:crypto";

import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { recordStack } from "../../infra/record.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { startDynamicProvider, type DynamicProvider } from "../support/dynamic-provider.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
vi.mock("../../infra/stack-files.ts", () => ({ readStackFiles: () => new Map() }));

const BUCKET = "app-dev-logs";

let running: RunningAccount;
let provider: DynamicProvider;
let declared: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  running = await startAccount();
  const logpush = { bucket: BUCKET, keepDays: 30, publicKey: PUBLIC_KEY };
  const config = stackConfig("dev", { accountId: running.accountId, plan: "paid", logpush });
  const [recording] = await Promise.all([
    recordStack("dev", config, () => import("../../infra/index.ts")),
    startDynamicProvider({
      CLOUDFLARE_BASE_URL: running.apiUrl,
      CLOUDFLARE_API_TOKEN: running.key,
    }).then((started) => (provider = started)),
  ]);
  const job = recording.resources.find(({ type }) => type.endsWith(":LogpushJob"));
  declared = job?.inputs ?? {};
});

afterAll(async () => {
  await provider.stop();
  await running.stop();
});

test("Pulumi's own process makes, reads, changes and deletes the job", async () => {
  const account_id = running.accountId;
  const { logpush } = running.client();
  const job = { ...declared, destination: await makeDestination() };
  const list = async () => (await logpush.jobs.list({ account_id })).result;

  const { id, properties } = await provider.create(job);
  expect(await list()).toMatchObject([
    {
      id: Number(id),
      name: "ai-gateway-app-dev",
      dataset: "ai_gateway_events",
      destination_conf: job.destination,
      enabled: true,
    },
  ]);
  expect(await provider.read(id, properties)).toEqual({ id, properties });
  expect(await provider.diff(id, properties, job)).toEqual({ changes: "none", replaces: [] });

  await logpush.jobs.update(Number(id), { account_id, enabled: false, filter: "" });
  const drifted = await provider.read(id, properties);
  expect(drifted.properties).toEqual({ ...properties, enabled: false, filter: "" });
  expect(await provider.diff(id, drifted.properties, job)).toMatchObject({ changes: "some" });

  await provider.update(id, drifted.properties, job);
  expect(await provider.read(id, properties)).toEqual({ id, properties });

  await provider.delete(id, properties);
  expect(await list()).toEqual([]);
  // Gone at Cloudflare, which a refresh takes for gone, and a second deletion for done.
  expect(await provider.read(id, properties)).toMatchObject({ id: "" });
  await provider.delete(id, properties);
});

test("another account is another job", async () => {
  const job = declared;

  expect(await provider.diff("1", job, { ...job, accountId: "f".repeat(32) })).toEqual({
    changes: "some",
    replaces: ["accountId"],
  });
});

test("a refusal tells Cloudflare's words, and no key", async () => {
  const job = declared;
  const [, secret = ""] = /secret-access-key=(.*)$/.exec(String(job["destination"])) ?? [];

  const failure = await provider.create(job).catch(String);

  expect(failure).toMatch(/HTTP 400: .*error validating destination: no such bucket/);
  expect(failure).toMatch(/needs Logs Edit/);
  expect(secret).toHaveLength(64);
  expect(failure).not.toContain(secret);
});

/** A bucket, and keys of a token that may write there, as the program makes them. */
async function makeDestination(): Promise<string> {
  const account_id = running.accountId;
  const { r2, accounts } = running.client();
  await r2.buckets.create({ account_id, name: BUCKET });
  const groups = await accounts.tokens.permissionGroups.list({ account_id });
  const group = groups.result.find(({ name }) => name === "Workers R2 Storage Bucket Item Write");
  const { id, value = "" } = await accounts.tokens.create({
    account_id,
    name: "logpush",
    policies: [
      {
        effect: "allow",
        permission_groups: [{ id: group?.id ?? "" }],
        resources: {
          [`com.cloudflare.edge.r2.bucket.${account_id}_default_${BUCKET}`]: "*",
        },
      },
    ],
  });
  const secret = createHash("sha256").update(value).digest("hex");
  return `r2://${BUCKET}/{DATE}?account-id=${account_id}&access-key-id=${id}&secret-access-key=${secret}`;
}
