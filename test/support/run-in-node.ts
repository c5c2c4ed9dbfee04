/**
 * Runs the chat Worker in this process: where a line of it is broken, it is broken for the tests, too,
 * and no other process has to start. The parts of the Workers runtime that the Worker needs beside web
 * standards are here; the same tests in the real runtime show that they are like the real ones.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";

import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";

import worker from "../../worker/chat/index.ts";
import type { Cloudflare, Deploy, Running } from "./workerd.ts";

/** Runs the Worker behind a port of its own. */
export async function runInNode({ limits, cloudflare }: Deploy): Promise<Running> {
  const faults: string[] = [];
  const context = {
    passThroughOnException: () => {},
    waitUntil: (work: Promise<unknown>) => void work.catch((error) => faults.push(String(error))),
    props: {},
  };
  const METRICS = { writeDataPoint: (point: object) => void cloudflare.points.push(point) };
  const AI = aiBinding(cloudflare);
  const counted = limitsOf(limits);
  let env = {};
  const server = createAdaptorServer({
    fetch: (request) => within.run(cloudflare, async () => worker.fetch(request, env, context)),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    bind: async ({ texts, hasAi }) => {
      const metrics = texts["METRICS_COLUMNS"] !== undefined && { METRICS };
      env = { ...texts, ...(hasAi && { AI }), ...metrics, ...counted };
    },
    check: async () => {
      const found = faults.splice(0);
      if (found.length > 0) throw new Error(`the Worker left faults:\n${found.join("\n")}`);
    },
    stop: async () => {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    },
  };
}

/** The Cloudflare of the Worker whose code runs; undefined in the tests' own code. */
const within = new AsyncLocalStorage<Cloudflare>();
const { fetch: fetchOutside } = globalThis;

globalThis.fetch = async (input, init) => {
  const cloudflare = within.getStore();
  if (cloudflare === undefined) return fetchOutside(input, init);
  const request = new Request(input, init);
  const {
    status = 200,
    headers,
    body,
  } = await cloudflare.fetched(request.url, {
    headers: request.headers,
    body: await request.text(),
  });
  const text = body === undefined ? null : JSON.stringify(body);
  return new Response(text, { status, ...(headers && { headers: { ...headers } }) });
};

// Without a transformer, it passes on what it gets.
Object.assign(globalThis, { IdentityTransformStream: TransformStream });

for (const level of ["log", "error"] as const) {
  const { [level]: write } = console;
  console[level] = (...values: unknown[]) => {
    const cloudflare = within.getStore();
    if (cloudflare === undefined) write(...values);
    else cloudflare.lines.push(values.join(" "));
  };
}

/** Makes a binding whose requests are those of the real one, behind Miniflare's proxy. */
function aiBinding({ url }: Cloudflare) {
  const send = async (path: string, { headers, ...init }: BindingRequest = {}) => {
    const proxied = Object.entries(headers ?? {}).map(([name, value]) => [
      `mf-header-${name}`,
      value,
    ]);
    const to = { "mf-url": `https://workers-binding.ai/ai-gateway${path}` };
    return fetchOutside(url, { ...init, headers: { ...Object.fromEntries(proxied), ...to } });
  };
  return {
    run: async (model: string, inputs: object, { extraHeaders, signal, ...options }: RunOptions) =>
      send("/run?version=3", {
        method: "POST",
        headers: { ...extraHeaders, "cf-consn-model-id": model },
        body: JSON.stringify({ inputs, options }),
        signal,
      }),
    gateway: (id: string) => {
      const sendLog = async (logId: string, init?: BindingRequest) => {
        const response = await send(`/gateways/${id}/logs/${logId}`, init);
        if (response.ok) return response;
        const error = new Error(await response.text());
        if (response.status === 404) error.name = "AiGatewayLogNotFound";
        throw error;
      };
      return {
        getLog: async (logId: string): Promise<unknown> => {
          const { result } = logAnswer.parse(await (await sendLog(logId)).json());
          return result;
        },
        patchLog: async (logId: string, data: object) => {
          await sendLog(logId, { method: "PATCH", body: JSON.stringify(data) });
        },
      };
    },
  };
}

interface BindingRequest extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
}

interface RunOptions {
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const logAnswer = z.object({ result: z.unknown() });

/** Limits that count the calls of a whole test file, which takes less than their minute. */
function limitsOf(limits: Deploy["limits"]) {
  const made = Object.entries(limits).map(([name, limit]) => {
    const counts = new Map<string, number>();
    const count = async ({ key }: { readonly key: string }) => {
      const calls = (counts.get(key) ?? 0) + 1;
      counts.set(key, calls);
      return { success: calls <= limit };
    };
    return [name, { limit: count }] as const;
  });
  return Object.fromEntries(made);
}
