/** What a request's own words do to its log, and what a filtered delete and a deleted gateway leave. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { setCollect, type Answer } from "./control-plane.ts";
import type { Scratch } from "./scratch.ts";

export interface DataPlane {
  /** `https://gateway.ai.cloudflare.com` */
  readonly url: URL;
  /** With AI Gateway Run and Workers AI Read. */
  readonly token: string;
  readonly model: string;
  readonly waitSeconds: number;
}

/** On a gateway that collects nothing. */
export async function askHeaders(scratch: Scratch, plane: DataPlane): Promise<readonly Answer[]> {
  await setCollect(scratch, false);
  await run(scratch, plane, {});
  await run(scratch, plane, {
    "cf-aig-collect-log": "true",
    "cf-aig-collect-log-payload": "false",
  });
  const logs = await settle(scratch, plane, 1);
  const heads = await Promise.all(logs.map((id) => hasBody(scratch, id)));
  return [
    {
      point: 2,
      question: "does cf-aig-collect-log: true open a gateway that collects nothing?",
      answer: `${logs.length} of 2 calls left a log; one of them asked for it`,
    },
    {
      point: 1,
      question: "does cf-aig-collect-log-payload: false keep bodies out (header, not binding)?",
      answer:
        logs.length === 0
          ? "not answered: there is no log"
          : `${heads.filter(Boolean).length} of ${logs.length} logs have a body`,
    },
  ];
}

/** Deletes what `askHeaders` left, first by a filter that chooses nothing. */
export async function askDelete(scratch: Scratch, plane: DataPlane): Promise<readonly Answer[]> {
  await setCollect(scratch, true);
  for (let calls = 0; calls < 3; calls += 1) await run(scratch, plane, {});
  const before = (await settle(scratch, plane, 3)).length;
  await deleteOlder(scratch, "2000-01-01T00:00:00Z");
  const untouched = (await list(scratch)).length;
  const started = performance.now();
  await deleteOlder(scratch, new Date().toISOString(), 1);
  const left = await until(
    () => list(scratch),
    (logs) => logs.length < before,
    plane.waitSeconds,
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return [
    {
      point: 12,
      question: "does a filtered delete keep to created_at and limit?",
      answer: `created_at lt 2000-01-01T00:00:00Z: ${before - untouched} of ${before} deleted; created_at lt now, limit 1: ${before - left.length} of ${before} deleted, seen after ${seconds} s`,
    },
  ];
}

/** Removes the gateway, and makes it again: the removal at the end is of the second one. */
export async function askDeletedGateway(scratch: Scratch): Promise<Answer> {
  const { cloudflare, accountId, gatewayId } = scratch;
  const question = "are a deleted gateway's logs gone, also for a gateway of the same id?";
  const [id] = await list(scratch);
  if (id === undefined) return { point: 12, question, answer: "not answered: there is no log" };
  await cloudflare.aiGateway.delete(gatewayId, { account_id: accountId });
  await cloudflare.aiGateway.create({
    account_id: accountId,
    id: gatewayId,
    cache_invalidate_on_update: true,
    cache_ttl: 0,
    collect_logs: false,
    rate_limiting_interval: 0,
    rate_limiting_limit: 0,
  });
  const found = await cloudflare.aiGateway.logs
    .get(id, { account_id: accountId, gateway_id: gatewayId })
    .then(
      () => "found",
      () => "not found",
    );
  const count = (await list(scratch)).length;
  return { point: 12, question, answer: `the log is ${found} by its id, and ${count} are listed` };
}

async function run(
  { accountId, gatewayId, signal }: Scratch,
  { url, token, model }: DataPlane,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  signal.throwIfAborted();
  const answer = await fetch(new URL(`/v1/${accountId}/${gatewayId}/workers-ai/${model}`, url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "cf-aig-authorization": `Bearer ${token}`,
      authorization: `Bearer ${token}`,
      ...headers,
    },
    body: JSON.stringify({
      messages: [{ role: "user", content: `Answer with one word. probe-${randomUUID()}` }],
      max_tokens: 8,
    }),
    signal: AbortSignal.timeout(60_000),
  });
  await answer.text();
}

/** The logs when so many are there, or when the time is over; then once more, for one too many. */
async function settle(scratch: Scratch, { waitSeconds }: DataPlane, count: number) {
  await until(
    () => list(scratch),
    (logs) => logs.length >= count,
    waitSeconds,
  );
  await sleep(Math.min(waitSeconds, 5) * 1000);
  return list(scratch);
}

async function until<T>(
  ask: () => Promise<T>,
  isEnough: (value: T) => boolean,
  seconds: number,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (isEnough(value) || Date.now() >= deadline) return value;
    await sleep(Math.min(1000, seconds * 1000));
  }
}

async function list(scratch: Scratch): Promise<readonly string[]> {
  const { cloudflare, accountId, gatewayId, signal } = scratch;
  signal.throwIfAborted();
  const page = await cloudflare.aiGateway.logs.list(gatewayId, {
    account_id: accountId,
    per_page: 50,
  });
  return page.result.map(({ id }) => id);
}

async function deleteOlder(scratch: Scratch, than: string, limit?: number): Promise<void> {
  const { cloudflare, accountId, gatewayId } = scratch;
  await cloudflare.aiGateway.logs.delete(gatewayId, {
    account_id: accountId,
    filters: [{ key: "created_at", operator: "lt", value: [than] }],
    ...(limit !== undefined && { limit }),
  });
}

async function hasBody({ cloudflare, accountId, gatewayId }: Scratch, id: string) {
  const place = { account_id: accountId, gateway_id: gatewayId };
  const { request_head } = await cloudflare.aiGateway.logs.get(id, place);
  return Boolean(request_head);
}
