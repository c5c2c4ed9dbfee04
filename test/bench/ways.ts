/** Three ways to one provider, each a process of its own, on this Node. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import getPort, { portNumbers } from "get-port";
import { z } from "zod";

import type { Target } from "./load.ts";

export interface Ways {
  readonly direct: Target;
  /** The local gateway, which keeps a log with bodies of each request in a file. */
  readonly gateway: Target;
  /** Portkey's open-source gateway, which keeps none; undefined where it is not installed. */
  readonly portkey: Target | undefined;
  stop(): void;
}

export const PORTKEY = "@portkey-ai/gateway@1.15.2";

const provider = z.object({ url: z.string() });
const gateway = z.object({ url: z.string(), key: z.string() });
const inputs = { messages: [{ role: "user", content: "Say hello" }] };
const call = { model: "bench", ...inputs };

/** Starts them, with the gateway's logs in the folder. */
export async function startWays(folder: string): Promise<Ways> {
  const children: ChildProcess[] = [];
  const start = async (file: string, ...args: readonly string[]): Promise<unknown> => {
    const child = fork(join(import.meta.dirname, file), args);
    children.push(child);
    const [said] = await once(child, "message");
    return said;
  };
  const upstream = provider.parse(await start("provider-process.ts")).url;
  const local = gateway.parse(await start("gateway-process.ts", upstream, folder));
  const portkey = await startPortkey(children);
  return {
    direct: target(`${upstream}/chat/completions`, {}, call),
    gateway: target(
      `${local.url}v1/account/app/workers-ai/@cf/bench/model`,
      { "cf-aig-authorization": `Bearer ${local.key}` },
      inputs,
    ),
    portkey:
      portkey === undefined
        ? undefined
        : target(
            `${portkey}/v1/chat/completions`,
            {
              "x-portkey-provider": "openai",
              "x-portkey-custom-host": upstream,
              authorization: "none",
            },
            call,
          ),
    stop: () => children.forEach((child) => child.kill()),
  };
}

function target(url: string, headers: Target["headers"], body: object): Target {
  return {
    url: new URL(url),
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

async function startPortkey(children: ChildProcess[]): Promise<string | undefined> {
  const file = findPortkey();
  if (file === undefined) return undefined;
  const port = await getPort({ host: "127.0.0.1", port: portNumbers(20_000, 30_000) });
  children.push(fork(file, ["--headless", `--port=${port}`], { stdio: "ignore" }));
  const url = `http://127.0.0.1:${port}`;
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return url;
    await sleep(100);
  }
  throw new Error("Portkey's gateway does not answer after 30 s");
}

function findPortkey(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve("@portkey-ai/gateway/build/start-server.js");
  } catch {
    return undefined;
  }
}
