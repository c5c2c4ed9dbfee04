/** The program's own resource, run as Pulumi runs it: its functions out of the state, in another process. */
import { createHash } from "node:crypto";

import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";

import { recordStack } from "../../record/record.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { startDynamicProvider, type DynamicProvider } from "../support/dynamic-provider.ts";
import { listen } from "../support/listen.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
const BUCKET = "shop-dev-logs";
// In the provider's process a second is a millisecond.
const HASTE = `--import=data:text/javascript,${encodeURIComponent(
  "const wait = setTimeout; globalThis.setTimeout = (then, ms, ...rest) => wait(then, ms / 1000, ...rest);",
)}`;

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
      NODE_OPTIONS: HASTE,
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
      name: "ai-gateway-shop-dev",
      dataset: "ai_gateway_events",
      destination_conf: job.destination,
      enabled: true,
    },
  ]);
  expect(await provider.read(id, properties)).toEqual({ id, properties });
  expect(await provider.diff(id, properties, job)).toEqual({ changes: "none", replaces: [] });

  const hand = {
    enabled: false,
    filter: "",
    destination_conf: job.destination.replace("{DATE}", "elsewhere"),
    output_options: { field_names: ["Gateway", "RequestBody"] },
  };
  await logpush.jobs.update(Number(id), { account_id, ...hand });
  const drifted = await provider.read(id, properties);
  expect(drifted.properties).toEqual({
    ...properties,
    enabled: false,
    filter: "",
    destination: hand.destination_conf,
    fields: ["Gateway", "RequestBody"],
  });
  expect(await provider.diff(id, drifted.properties, job)).toMatchObject({ changes: "some" });

  await provider.update(id, drifted.properties, job);
  expect(await provider.read(id, properties)).toEqual({ id, properties });

  await provider.delete(id, properties);
  expect(await list()).toEqual([]);
  // Gone at Cloudflare, which a refresh takes for gone, and a second deletion for done.
  expect(await provider.read(id, properties)).toMatchObject({ id: "" });
  await provider.delete(id, properties);
  // And a change for none: the state must not say that a job pushes which is not there.
  await expect(provider.update(id, properties, job)).rejects.toThrow(/is gone; run pulumi up/);
});

test.each([
  ["those it offers, and Datetime where it has no Timestamp", ["Datetime", "Gateway", "Country"]],
  ["all, where the API has no list of them", undefined],
])("a job asks for %s", async (_, offered) => {
  const wanted = Object(declared["fields"]);
  const bodies: unknown[] = [];
  let made = {};
  const api = await listen(async (request) => {
    if (request.url.endsWith("/ai_gateway_events/fields")) {
      const names = (offered ?? []).map((name) => [name, "what it is"]);
      const status = offered === undefined ? 404 : 200;
      return Response.json({ result: Object.fromEntries(names) }, { status });
    }
    if (request.method !== "GET") made = { id: 1, ...JSON.parse(await request.text()) };
    if (request.method !== "GET") bodies.push(made);
    return Response.json({ result: made });
  });
  const other = await startDynamicProvider({
    CLOUDFLARE_BASE_URL: api,
    CLOUDFLARE_API_TOKEN: running.key,
  });
  onTestFinished(() => other.stop());

  const { id, properties } = await other.create(declared);
  await other.update(id, properties, declared);
  const { properties: found } = await other.read(id, properties);

  const output_options = {
    field_names: offered === undefined ? wanted : ["Datetime", "Gateway"],
    timestamp_format: "rfc3339",
  };
  expect(bodies).toMatchObject([{ output_options }, { output_options }]);
  // What an account lacks is no difference, or each deploy would change the job.
  expect(properties["fields"]).toEqual(wanted);
  expect(await other.diff(id, found, declared)).toEqual({ changes: "none", replaces: [] });
});

test("what the API says in other words is no change", async () => {
  const job = { ...declared, destination: `r2://${BUCKET}/{DATE}?secret-access-key=0123` };
  const fields = Object(declared["fields"]).toReversed();
  const words = {
    id: 77,
    isDeclared: false,
    dataset: "ai_gateway_events",
    enabled: true,
    destination_conf: `r2://${BUCKET}/{DATE}?secret-access-key=REDACTED`,
    filter: '{ "where": { "key": "Gateway", "operator": "eq", "value": "shop-dev" } }',
    output_options: { field_names: fields },
  };
  running.account.update((state) => ({ ...state, logpushJobs: { "77": words } }));

  const { properties } = await provider.read("77", job);
  running.account.update((state) => ({ ...state, logpushJobs: {} }));

  expect(properties).toEqual(job);
});

test("another account is another job", async () => {
  const job = declared;

  expect(await provider.diff("1", job, { ...job, accountId: "f".repeat(32) })).toEqual({
    changes: "some",
    replaces: ["accountId"],
  });
});

test.each(["name", "destination", "filter", "fields", "enabled"])(
  "another %s is a change of the same job",
  async (key) => {
    const job = declared;

    expect(await provider.diff("1", job, { ...job, [key]: ["other"] })).toEqual({
      changes: "some",
      replaces: [],
    });
  },
);

test.each([
  ["the job is made once R2 knows the new token", 6, /^5$/, 7],
  ["an R2 that never knows it ends the deploy after a minute", 100, /cannot write/, 7],
  ["no other refusal is repeated", 100, /HTTP 400: bad filter/, 1],
])("%s", async (_, refusals, expected, calls) => {
  const message = calls === 1 ? "bad filter" : "error validating destination: cannot write";
  let asked = 0;
  const api = await listen(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 404 });
    asked += 1;
    const isRefused = asked <= refusals;
    return isRefused
      ? new Response(message, { status: 400 })
      : Response.json({ result: { id: 5 } });
  });
  const other = await startDynamicProvider({
    CLOUDFLARE_BASE_URL: api,
    CLOUDFLARE_API_TOKEN: running.key,
    NODE_OPTIONS: HASTE,
  });
  onTestFinished(() => other.stop());

  const outcome = await other.create(declared).then(({ id }) => id, String);

  expect(outcome).toMatch(expected);
  expect(asked).toBe(calls);
});

test("a refusal tells Cloudflare's words", async () => {
  const failure = await provider.create(declared).catch(String);

  expect(failure).toMatch(/HTTP 400: .*error validating destination: no such bucket/);
  expect(failure).toMatch(/needs Logs Edit/);
});

test("a refusal that repeats the destination tells none of its keys", async () => {
  const seen: object[] = [];
  const api = await listen(async (request) => {
    seen.push(Object.fromEntries(request.headers));
    return new Response(`cannot write: ${await request.text()}`, { status: 400 });
  });
  const other = await startDynamicProvider({
    CLOUDFLARE_BASE_URL: api,
    CLOUDFLARE_API_KEY: "global-key",
    CLOUDFLARE_EMAIL: "ops@example.com",
  });
  onTestFinished(() => other.stop());
  const destination = `r2://${BUCKET}/{DATE}?access-key-id=KEY-ID&secret-access-key=SECRET`;

  const failure = await other.create({ ...declared, destination }).catch(String);

  expect(failure).toContain(`cannot write: {"name":"ai-gateway-shop-dev"`);
  expect(failure).toContain(`"destination_conf":"r2://${BUCKET}/{DATE}?…"`);
  expect(failure).not.toMatch(/KEY-ID|SECRET|global-key/);
  // Without a token, the two that take its place.
  const headers = { "x-auth-key": "global-key", "x-auth-email": "ops@example.com" };
  expect(seen).toMatchObject([headers, headers]);
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
