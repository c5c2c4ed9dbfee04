/** Requests as fast as they are answered. */
import { Client } from "undici";

import { quantile } from "./table.ts";

export interface Target {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds from a request to the end of its answer. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoadArgs {
  readonly connections: number;
  readonly ms: number;
}

/** Each connection asks again when it has its answer. Rejects at an answer that is no success. */
export async function load(target: Target, { connections, ms }: LoadArgs): Promise<Load> {
  const startedAt = performance.now();
  const each = Array.from({ length: connections }, () => askUntil(target, startedAt + ms));
  const times = (await Promise.all(each)).flat();
  const tookMs = performance.now() - startedAt;
  return {
    perSecond: (times.length / tookMs) * 1000,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

async function askUntil({ url, headers, body }: Target, end: number): Promise<number[]> {
  const client = new Client(url.origin);
  const times: number[] = [];
  while (performance.now() < end) {
    const startedAt = performance.now();
    const answer = await client.request({ path: url.pathname, method: "POST", headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200)
      throw new Error(`${url.href} answers ${answer.statusCode}: ${text}`);
    times.push(performance.now() - startedAt);
  }
  await client.close();
  return times;
}
