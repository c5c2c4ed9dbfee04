import { expect, onTestFinished, test } from "vitest";

import { startAccount, type RunningAccount } from "../../support/account.ts";

/** Asks a model through the gateway its binding names, and answers with the log's id. */
const SOURCE = `export default {
  async fetch(request, env) {
    const inputs = { messages: [{ role: "user", content: env.WORD + env.SECRET }] };
    const answer = await env.AI.run("@cf/a/b", inputs, { gateway: { id: "app" } });
    return Response.json({ said: answer.response, log: env.AI.aiGatewayLogId });
  },
};`;

const BINDINGS = [
  { type: "ai", name: "AI" },
  { type: "plain_text", name: "WORD", text: "plain " },
  { type: "secret_text", name: "SECRET", text: "hidden" },
];

test("an uploaded Worker runs, and its AI binding asks the account's gateway", async () => {
  const running = await start();

  await upload(running, "asks", SOURCE);

  const answer = await askWorker(running, "asks");
  expect(answer).toMatchObject({ said: expect.stringContaining("You said: plain hidden") });
  expect(running.store.list(10)).toMatchObject([{ id: answer["log"], gateway: "app" }]);
});

test("a Worker's settings, content, address and schedules are read back, its secrets are not", async () => {
  const running = await start();
  const account_id = running.accountId;
  const { scripts } = running.client().workers;
  await upload(running, "asks", SOURCE);

  await scripts.subdomain.create("asks", { account_id, enabled: true });
  await scripts.schedules.update("asks", { account_id, body: [{ cron: "0 3 * * *" }] });

  const list = await scripts.list({ account_id });
  expect(list.result).toMatchObject([{ id: "asks", compatibility_date: "2026-10-23" }]);
  const settings = await scripts.scriptAndVersionSettings.get("asks", { account_id });
  expect(settings.bindings).toEqual([
    { type: "ai", name: "AI" },
    { type: "plain_text", name: "WORD", text: "plain " },
    { type: "secret_text", name: "SECRET" },
  ]);
  const content = await scripts.content.get("asks", { account_id });
  const form = await content.formData();
  const [part] = form.values();
  expect(part instanceof Blob ? await part.text() : part).toBe(SOURCE);
  expect(await scripts.subdomain.get("asks", { account_id })).toEqual({
    enabled: true,
    previews_enabled: true,
  });
  const { schedules } = await scripts.schedules.get("asks", { account_id });
  expect(schedules).toMatchObject([{ cron: "0 3 * * *" }]);
});

test("a Worker that does not load is refused, and the one before goes on", async () => {
  const running = await start();
  await upload(running, "asks", SOURCE);

  await expect(upload(running, "asks", 'throw new Error("at load");')).rejects.toThrow("10021");

  expect(await askWorker(running, "asks")).toMatchObject({ said: expect.any(String) });
  const { modules } = running.account.state.workers["asks"] ?? { modules: [] };
  expect(modules[0]?.contents).toBe(Buffer.from(SOURCE).toString("base64"));
});

test("a version counts once it is deployed, and leaves address and triggers as they are", async () => {
  const running = await start();
  const account_id = running.accountId;
  const { scripts } = running.client().workers;
  await upload(running, "asks", SOURCE);
  await scripts.subdomain.create("asks", { account_id, enabled: true });
  await scripts.schedules.update("asks", { account_id, body: [{ cron: "0 3 * * *" }] });
  const word = { type: "plain_text", name: "WORD", text: "newer " };
  const said = async () => String((await askWorker(running, "asks"))["said"]);

  const { id } = await uploadVersion(running, "asks", [BINDINGS[0], word, BINDINGS[2]]);
  const before = await said();
  await deployVersions(running, "asks", { [id]: 100 });

  expect(before).toContain("plain hidden");
  expect(await said()).toContain("newer hidden");
  expect(await send(running, "asks/deployments", { method: "GET" })).toMatchObject({
    result: { deployments: [{ versions: [{ version_id: id, percentage: 100 }] }, {}] },
  });
  const { subdomain, crons } = running.account.state.workers["asks"] ?? {};
  expect({ enabled: subdomain?.enabled, crons }).toEqual({ enabled: true, crons: ["0 3 * * *"] });
  await expect(deployVersions(running, "asks", { [id]: 50, other: 50 })).rejects.toThrow("501");
  await expect(deployVersions(running, "asks", { other: 100 })).rejects.toThrow(/404.*other/);
});

test("what is of the Worker as a whole is patched, and outlives a new version", async () => {
  const running = await start();
  const account_id = running.accountId;
  const { scripts } = running.client().workers;
  await upload(running, "asks", SOURCE);

  await scripts.settings.edit("asks", { account_id, logpush: true, tags: ["one"] });
  const { id } = await uploadVersion(running, "asks", BINDINGS);
  await deployVersions(running, "asks", { [id]: 100 });

  expect(await scripts.settings.get("asks", { account_id })).toMatchObject({
    logpush: true,
    tags: ["one"],
  });
});

test("a deleted Worker answers no more, and what needs one says that there is none", async () => {
  const running = await start();
  const account_id = running.accountId;
  const { scripts } = running.client().workers;
  await upload(running, "asks", SOURCE);
  const url = await running.workers.find("asks");

  await scripts.delete("asks", { account_id });

  await expect(fetch(url ?? "")).rejects.toThrow("fetch failed");
  await expect(scripts.subdomain.get("asks", { account_id })).rejects.toThrow(/404.*10007/);
});

test("a binding that does not exist here is refused by its name, without its value", async () => {
  const running = await start();
  const bindings = [{ type: "secret_key", name: "KEY", key_base64: "hidden" }];

  const uploaded = upload(running, "asks", SOURCE, bindings);

  await expect(uploaded).rejects.toThrow(/501.*KEY of type secret_key/);
  await expect(uploaded).rejects.not.toThrow("hidden");
});

async function start(): Promise<RunningAccount> {
  const running = await startAccount();
  onTestFinished(() => running.stop());
  return running;
}

async function upload(
  running: RunningAccount,
  name: string,
  source: string,
  bindings: readonly object[] = BINDINGS,
): Promise<void> {
  await send(running, name, { method: "PUT", body: toForm(source, bindings) });
}

async function uploadVersion(
  running: RunningAccount,
  name: string,
  bindings: readonly (object | undefined)[],
): Promise<{ readonly id: string }> {
  const answer = await send(running, `${name}/versions`, {
    method: "POST",
    body: toForm(SOURCE, bindings),
  });
  return { id: String(Object(answer["result"]).id) };
}

async function deployVersions(
  running: RunningAccount,
  name: string,
  shares: Readonly<Record<string, number>>,
): Promise<void> {
  const versions = Object.entries(shares).map(([version_id, percentage]) => ({
    version_id,
    percentage,
  }));
  const body = JSON.stringify({ strategy: "percentage", versions });
  await send(running, `${name}/deployments`, { method: "POST", body });
}

function toForm(source: string, bindings: readonly (object | undefined)[]): FormData {
  const form = new FormData();
  const metadata = { main_module: "main.js", compatibility_date: "2026-10-23", bindings };
  form.set("metadata", JSON.stringify(metadata));
  form.set("main.js", new Blob([source], { type: "application/javascript+module" }), "main.js");
  return form;
}

async function send(
  { accountId, key, apiUrl }: RunningAccount,
  path: string,
  request: RequestInit,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${apiUrl}/accounts/${accountId}/workers/scripts/${path}`, {
    ...request,
    headers: { authorization: `Bearer ${key}` },
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return Object(await answer.json());
}

async function askWorker(
  { workers }: RunningAccount,
  name: string,
): Promise<Record<string, unknown>> {
  const answer: unknown = await (await fetch((await workers.find(name)) ?? "")).json();
  return Object(answer);
}
