/** An id that every object has as a property, such as `constructor`, is an id as any other. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { AccountState } from "../../../local/api/state.ts";
import { startAccount, type RunningAccount } from "../../support/account.ts";
import { visit } from "../../support/visit.ts";

const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "length"];

const id = fc.oneof(fc.constantFrom(...INHERITED), fc.string({ minLength: 1, maxLength: 8 }));
const step = fc.record({ id, isPut: fc.boolean(), size: fc.nat(3) });

let running: RunningAccount;
beforeAll(async () => {
  running = await startAccount();
});
afterAll(() => running.stop());

test("records are found, replaced and removed by any id, and outlive the process", () => {
  const folder = mkdtempSync(join(tmpdir(), "ids-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "account.json");
  const open = () => new AccountState({ id: "a", file, onGateways: () => {} });
  const property = fc.property(fc.array(step), fc.array(id), (steps, others) => {
    const state = open();
    const model = new Map<string, number>();
    for (const { id: name, isPut, size } of steps) {
      if (isPut) state.put("buckets", name, bucket(name, size));
      else state.remove("buckets", name);
      if (isPut) model.set(name, size);
      else model.delete(name);
    }
    for (const one of [state, open()]) {
      for (const name of [...others, ...INHERITED, ...model.keys()]) {
        const size = model.get(name);
        expect(one.find("buckets", name)).toEqual(size === undefined ? size : bucket(name, size));
      }
    }
    rmSync(file, { force: true });
  });

  fc.assert(property, { numRuns: 50 });
});

/** The ids that the bounds of a gateway's allow. */
const LOWERCASE = INHERITED.filter((name) => /^[a-z_]+$/.test(name));

test.each(LOWERCASE)("a gateway named %s is made, used and deleted", async (name) => {
  const gateways = "ai-gateway/gateways";
  expect(await call("GET", `${gateways}/${name}`)).toMatchObject({ status: 404 });
  const settings = {
    id: name,
    cache_invalidate_on_update: true,
    cache_ttl: 0,
    collect_logs: true,
    rate_limiting_interval: 0,
    rate_limiting_limit: 0,
  };

  expect(await call("POST", gateways, settings)).toMatchObject({ status: 200 });
  expect(await call("POST", gateways, settings)).toMatchObject({ status: 409 });
  const answer = await fetch(new URL(`/v1/any/${name}/workers-ai/@cf/a/b`, running.url), {
    method: "POST",
    headers: { "cf-aig-authorization": `Bearer ${running.key}` },
    body: JSON.stringify({ messages: [{ role: "user", content: "Hi" }] }),
  });
  expect(answer.status).toBe(200);
  const found = await call("GET", `${gateways}/${name}`);
  expect(found).toMatchObject({ status: 200, body: { result: { id: name } } });
  const logs = await call("GET", `${gateways}/${name}/logs`);
  expect(logs).toMatchObject({ body: { result_info: { total_count: 1 } } });
  const page = new URL(`/?gateway=${name}`, running.url);
  expect((await fetch(page, { headers: await visit(running.page) })).status).toBe(200);
  expect(await call("DELETE", `${gateways}/${name}`)).toMatchObject({ status: 200 });
  expect(await call("GET", `${gateways}/${name}`)).toMatchObject({ status: 404 });
});

test.each(INHERITED)("nothing is named %s before it is made", async (name) => {
  const paths = [
    `tokens/${name}`,
    `r2/buckets/${name}`,
    `logpush/jobs/${name}`,
    `workers/scripts/${name}/settings`,
    `ai-gateway/gateways/${name}`,
    `ai-gateway/gateways/app/logs/${name}`,
  ];
  for (const path of paths) {
    expect({ path, ...(await call("GET", path)) }).toMatchObject({ path, status: 404 });
  }
  const page = await fetch(new URL(`/workers/${name}/cron`, running.url), {
    method: "POST",
    headers: { "sec-fetch-site": "same-origin", ...(await visit(running.page)) },
  });
  expect(page.status).toBe(404);
});

test("a bucket named constructor is made and deleted", async () => {
  const bucketPath = "r2/buckets/constructor";

  expect(await call("POST", "r2/buckets", { name: "constructor" })).toMatchObject({ status: 200 });
  expect(await call("POST", "r2/buckets", { name: "constructor" })).toMatchObject({ status: 409 });
  expect(await call("GET", `${bucketPath}/objects`)).toMatchObject({ body: { result: [] } });
  expect(await call("DELETE", bucketPath)).toMatchObject({ status: 200 });
  expect(await call("GET", bucketPath)).toMatchObject({ status: 404 });
});

test.each(["constructor", "__proto__"])("a Worker named %s is uploaded and runs", async (name) => {
  const form = new FormData();
  const metadata = { main_module: "main.js", compatibility_date: "2026-10-23" };
  form.set("metadata", JSON.stringify(metadata));
  const module = `export default { fetch: () => new Response("it runs") };`;
  const type = "application/javascript+module";
  form.set("main.js", new Blob([module], { type }), "main.js");

  expect(await call("PUT", `workers/scripts/${name}`, form)).toMatchObject({ status: 200 });

  const url = await running.workers.find(name);
  expect(await (await fetch(url ?? "")).text()).toBe("it runs");
  expect(await call("DELETE", `workers/scripts/${name}`)).toMatchObject({ status: 200 });
  expect(await call("GET", `workers/scripts/${name}/settings`)).toMatchObject({ status: 404 });
});

function bucket(name: string, size: number) {
  const rules = Array.from({ length: size }, (_, index) => ({ id: `rule-${index}` }));
  return { name, createdAt: "2026-11-23T00:00:00Z", rules, isDeclared: false };
}

/** Calls the API of the account. */
async function call(
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${running.apiUrl}/accounts/${running.accountId}/${path}`, {
    method,
    headers: { authorization: `Bearer ${running.key}` },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
