/** The program's own declaration, applied to the local account: what a call leaves in the bucket, and who can open it. */
import { generateKeyPairSync } from "node:crypto";
import { gunzipSync } from "node:zlib";

import { beforeAll, expect, onTestFinished, test, vi } from "vitest";

import { recordStack, type Recorded } from "../../record/record.ts";
import { applyResources, type GatewaySettings } from "../../local/account.ts";
import { toDeclaration } from "../../local/declaration.ts";
import { Pusher, readFilter } from "../../local/logpush/pusher.ts";
import { describeCopies } from "../../local/lines.ts";
import { decryptLog } from "../../ops/decrypt/decrypt.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { OPEN } from "../support/gateway.ts";
import { stackConfig } from "../support/settings.ts";

const KEYS = generateKeyPairSync("rsa", { modulusLength: 4096 });
const MARKER = "violet-otter-7431";
const DAY = 86_400_000;

const PUBLIC_KEY = String(KEYS.publicKey.export({ type: "spki", format: "pem" }));

let resources: readonly Recorded[];

beforeAll(async () => {
  resources = await declare({ publicKey: PUBLIC_KEY });
});

/** What the program declares of a stack whose copies are as the test says. */
async function declare(more: object): Promise<readonly Recorded[]> {
  const { LOCAL_ACCOUNT_ID: accountId } = await import("../../local/stack.ts");
  const logpush = { bucket: "copies", keepDays: 30, ...more };
  const config = stackConfig("dev", { accountId, plan: "paid", logpush });
  // The program runs as it is loaded, so that each time needs another name.
  const program = `../../infra/index.ts?${JSON.stringify(more).length}`;
  return (await recordStack("dev", config, () => import(/* @vite-ignore */ program))).resources;
}

test("a call leaves a copy in the stack's bucket, which the owner of the key can open", async () => {
  const running = await deploy();

  await ask(running);
  const [copy = ""] = await pushed(running);

  const now = /\d{8}T\d{6}Z/.source;
  expect(await keysOf(running)).toEqual([
    expect.stringMatching(new RegExp(String.raw`^\d{8}/${now}_${now}_[0-9a-f]{8}\.log\.gz$`)),
  ]);
  expect(copy).not.toContain(MARKER);
  expect(JSON.parse(copy)).toMatchObject({
    Gateway: "shop-dev",
    Provider: "workers-ai",
    Model: "@cf/a/b",
    StatusCode: 200,
    Cached: false,
    RateLimited: false,
  });
  const { Metadata, RequestBody, ResponseBody } = decryptLog(copy, KEYS.privateKey).log;
  expect(Metadata).toBe('{"caller":"web"}');
  expect(RequestBody).toContain(MARKER);
  expect(ResponseBody).toMatch(/"response":/);
});

test("a log without bodies has none in its copy", async () => {
  const running = await deploy();

  await ask(running, { options: { collectLogPayload: false } });
  const [copy = ""] = await pushed(running);

  expect(decryptLog(copy, KEYS.privateKey).log).toMatchObject({
    RequestBody: "",
    ResponseBody: "",
  });
});

test.each([
  ["without a key, its metadata in clear", {}],
  ["with a key, which closes its metadata", { publicKey: PUBLIC_KEY }],
])("no copy of a stack without bodies has a prompt or an answer: %s", async (_, key) => {
  const declared = await declare({ bodies: false, ...key });
  const running = await deploy(undefined, declared);

  // npm start once named the command that decrypts where there is nothing to decrypt.
  const state = "publicKey" in key ? "npm run decrypt opens them" : "without bodies, not encrypted";
  expect(describeCopies(applyResources(declared), "state")).toBe(
    `  Copies  state/r2/copies (${state})\n`,
  );
  await ask(running);
  const [copy = ""] = await pushed(running);

  // The log itself has both.
  const of = { account_id: running.accountId };
  const { logs } = running.client().aiGateway;
  const [log] = (await logs.list("shop-dev", of)).result;
  const kept = await logs.get(log?.id ?? "", { ...of, gateway_id: "shop-dev" });
  expect(kept.request_head).toContain(MARKER);
  expect(copy).not.toMatch(new RegExp(`${MARKER}|RequestBody|ResponseBody|local model`));
  expect(JSON.parse(copy)).toMatchObject({
    Gateway: "shop-dev",
    Metrics: { durationMs: expect.any(Number) },
    Metadata: "publicKey" in key ? { type: "encrypted" } : { caller: "web" },
  });
  const { Metadata } = decryptLog(copy, KEYS.privateKey).log;
  expect(Metadata).toEqual("publicKey" in key ? '{"caller":"web"}' : { caller: "web" });
});

test("only this gateway's logs are pushed, only while the job is on, and none over a megabyte", async () => {
  const running = await deploy();

  await ask(running, { gatewayId: "other" });
  await ask(running, {
    inputs: { messages: [{ role: "user", content: MARKER.repeat(60_000) }] },
  });
  expect(await pushed(running)).toEqual([]);

  changeJobs(running, { enabled: false });
  await ask(running);
  expect(await pushed(running)).toEqual([]);
});

test("of a gateway without Logpush, for a job of another dataset or to another kind of place, nothing is pushed", async () => {
  const running = await deploy({ ...OPEN, aiGatewayId: "shop-dev", logpush: false });
  await ask(running);
  expect(await pushed(running)).toEqual([]);

  for (const change of [
    { dataset: "http_requests" },
    { destination_conf: "s3://copies/{DATE}?region=auto" },
  ]) {
    const other = await deploy();
    changeJobs(other, change);
    await ask(other);
    expect(await pushed(other)).toEqual([]);
  }
});

test("a field that the job does not name is not pushed", async () => {
  const running = await deploy();
  changeJobs(running, { output_options: { field_names: ["Gateway", "StatusCode"] } });

  await ask(running);

  expect(await pushed(running)).toEqual(['{"Gateway":"shop-dev","StatusCode":200}']);
});

// The key was looked up when the batch was written: by then there was none, and the copy was in clear.
test("a copy is encrypted for the key of its gateway, also if that is gone when it is written", async () => {
  const running = await deploy();
  await ask(running);
  running.account.update((state) => ({ ...state, gateways: {} }));

  const [copy = ""] = await pushed(running);

  expect(copy).not.toContain(MARKER);
  expect(decryptLog(copy, KEYS.privateKey).log["RequestBody"]).toContain(MARKER);
});

test("a job that fails, or whose destination leads out of its bucket, is told, and the others push", async () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => told.mockRestore());
  const running = await deploy();
  const [job] = running.account.list("logpushJobs");
  if (job === undefined) throw new Error("the stack declares no job");
  const away = { ...job, id: 1, destination_conf: "r2://copies/../../away/{DATE}?x" };
  const odd = { ...job, id: 2, filter: '{"where":1}' };
  running.account.update((state) => ({
    ...state,
    logpushJobs: { "1": away, "2": odd, ...state.logpushJobs },
  }));

  await ask(running);

  expect(await pushed(running)).toHaveLength(1);
  expect(told.mock.calls.flat()).toEqual([
    expect.stringMatching(
      /^Logpush job 1 pushed nothing: object "..\/.*is outside of bucket copies$/,
    ),
    expect.stringMatching(/^Logpush job 2 pushed nothing: /),
  ]);
});

test("copies go when they are older than the stack keeps them, and not before", async () => {
  const running = await deploy();
  addRule(running, 60);
  await ask(running);
  await running.pusher.flush();
  const after = (days: number) =>
    new Pusher(running.account, running.objects, () => Date.now() + days * DAY).flush();

  await after(29.9);
  expect(await keysOf(running)).toHaveLength(1);

  await after(30.1);
  expect(await keysOf(running)).toEqual([]);
});

test("a bucket with an object in it is not deleted, an empty one is", async () => {
  const running = await deploy();
  const account_id = running.accountId;
  const { buckets } = running.client().r2;
  await buckets.create({ account_id, name: "made" });
  await running.objects.put("made", "a.gz", Buffer.from("x"));

  await expect(buckets.delete("made", { account_id })).rejects.toThrow(/409.*not empty/);
  await buckets.objects.delete("a.gz", { account_id, bucket_name: "made" });
  await buckets.delete("made", { account_id });

  expect(Object.keys(running.account.state.buckets)).toEqual(["copies"]);
});

test("a key of no object reads no file of this machine", async () => {
  const running = await deploy();
  await ask(running);
  await running.pusher.flush();
  const where = { account_id: running.accountId, bucket_name: "copies" };
  const { objects } = running.client().r2.buckets;

  await expect(objects.get("../../../../etc/hostname", where)).rejects.toThrow(/404/);
  await expect(objects.get("none", where)).rejects.toThrow(/404.*does not exist/);
});

test("a destination whose keys are no longer good is refused", async () => {
  const running = await deploy();
  // As one that was made over the API: the stack alone changes its own.
  changeJobs(running, { isDeclared: false });
  const [job] = running.account.list("logpushJobs");
  const account_id = running.accountId;
  const { logpush } = running.client();
  const tokens = Object.entries(running.account.state.tokens).map(([id, token]) => [
    id,
    { ...token, expires_on: "2026-01-01T00:00:00Z" },
  ]);
  const update = () => logpush.jobs.update(job?.id ?? 0, { account_id, enabled: true });

  await update();
  running.account.update((state) => ({ ...state, tokens: Object.fromEntries(tokens) }));

  await expect(update()).rejects.toThrow(/400.*the keys may not write there/);
});

test("a filter that is not imitated is refused by name", async () => {
  const running = await deploy();
  const [job] = running.account.list("logpushJobs");
  const { logpush } = running.client();
  const update = (filter: string) =>
    logpush.jobs.update(job?.id ?? 0, { account_id: running.accountId, filter });

  await expect(
    update('{"where":{"key":"Model","operator":"contains","value":"llama"}}'),
  ).rejects.toThrow(/501.*does not imitate a filter of Logpush/);
  // Of no text nothing is known: it must not pass as none, which would push the logs of all gateways.
  expect(() => readFilter({ where: {} })).toThrow("expected string");
});

/** What the program declared, but for one gateway, and a second one whose logs Logpush takes too. */
async function deploy(changed?: GatewaySettings, declared = resources): Promise<RunningAccount> {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  const declaration = await toDeclaration(applyResources(declared));
  const other = { ...OPEN, aiGatewayId: "other", logpush: true };
  const gateways = new Map([...declaration.gateways, ["other", other]]);
  if (changed !== undefined) gateways.set(changed.aiGatewayId, changed);
  running.account.declare({ ...declaration, gateways });
  return running;
}

/** Beside the stack's own: the shortest decides. */
function addRule({ account }: RunningAccount, days: number): void {
  const condition = { type: "Age", maxAge: days * 86_400 };
  const rule = {
    enabled: true,
    conditions: { prefix: "" },
    deleteObjectsTransition: { condition },
  };
  account.update((state) => ({
    ...state,
    buckets: Object.fromEntries(
      Object.entries(state.buckets).map(([name, bucket]) => [
        name,
        { ...bucket, rules: [...bucket.rules, rule] },
      ]),
    ),
  }));
}

function changeJobs({ account }: RunningAccount, change: object): void {
  account.update((state) => ({
    ...state,
    logpushJobs: Object.fromEntries(
      Object.entries(state.logpushJobs).map(([id, each]) => [id, { ...each, ...change }]),
    ),
  }));
}

async function ask(running: RunningAccount, changes: object = {}): Promise<void> {
  const inputs = { messages: [{ role: "user", content: MARKER }] };
  const options = { metadata: { caller: "web" } };
  const request = { gatewayId: "shop-dev", model: "@cf/a/b", inputs, options };
  const { status } = await running.gateway.handle({ ...request, ...changes });
  expect(status).toBe(200);
}

/** The lines that are in the bucket once the batch is written, as the official SDK fetches them. */
async function pushed(running: RunningAccount): Promise<readonly string[]> {
  await running.pusher.flush();
  const where = { account_id: running.accountId, bucket_name: "copies" };
  const { objects } = running.client().r2.buckets;
  const files = (await keysOf(running)).map(async (key) => {
    const body = await (await objects.get(key, where)).arrayBuffer();
    return gunzipSync(new Uint8Array(body)).toString().trimEnd().split("\n");
  });
  return (await Promise.all(files)).flat();
}

async function keysOf(running: RunningAccount): Promise<readonly string[]> {
  const { objects } = running.client().r2.buckets;
  const list = objects.list("copies", { account_id: running.accountId });
  return (await Array.fromAsync(list)).map(({ key = "" }) => key);
}
