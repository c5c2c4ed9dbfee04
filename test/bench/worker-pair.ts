/** The chat Worker and the smallest one, alive at once: in the same runtime, before the same model. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import getPort from "get-port";
import { Log, LogLevel, Miniflare, type RemoteProxyConnectionString } from "miniflare";

import { bundleWorker } from "../../infra/bundle.ts";
import { ROOT } from "../../local/paths.js";
import type { RawEnv } from "../../worker/chat/env.ts";
import { startModelServer, type ModelServer } from "./model-server.ts";
import { childProcesses } from "./processes.ts";

export interface RunningWorker {
  /** Where it takes a chat request. */
  readonly url: URL;
  /** Of its runtime; undefined where the system does not tell. */
  readonly pid: number | undefined;
  /** Where its runtime's inspector listens. */
  readonly inspectorPort: number;
  stop(): Promise<void>;
}

export interface WorkerPair {
  readonly chat: RunningWorker;
  readonly smallest: RunningWorker;
  /** The model that both call. */
  readonly model: ModelServer;
  stop(): Promise<void>;
}

export const TOKEN = "token-of-web";
export const MODEL = "@cf/bench/model";

/** The models of the bench, one for each form, and one whose streams pass unread. */
const MODELS = [
  { id: MODEL, speaks: "workers-ai" },
  { id: "openai/bench", speaks: "chat" },
  { id: "openai/native", speaks: "chat", stream: "native" },
  { id: "anthropic/bench", speaks: "messages" },
];

/** What a stack may leave out is left out; a limit of callers would be Miniflare's imitation. */
type Optional =
  | "CALLER_LIMIT"
  | "CALLER_PERIOD_SECONDS"
  | "CALLER_HASH_KEY"
  | "CLOUDFLARE_ACCESS"
  | "METRICS"
  | "METRICS_COLUMNS"
  | "TRACES"
  | "TRACES_HEADERS";

/** A deploy of the prod kind. */
const BINDINGS: Record<Exclude<keyof RawEnv, "AI" | Optional>, string> = {
  GATEWAY_ID: "app-bench",
  COLLECT_LOGS: "metadata",
  MODELS: JSON.stringify(MODELS),
  ALLOW: "[]",
  ACCESS: "token",
  CALLERS: JSON.stringify([
    { name: "web", sha256: createHash("sha256").update(TOKEN).digest("hex") },
  ]),
  ORIGINS: "[]",
  FALLBACKS: "[]",
  TIMEOUT_MS: "60000",
  IDLE_MS: "60000",
  MAX_BODY_BYTES: "1000000",
  STACK: "bench",
  RELEASE: "abc123",
};

export async function startWorkerPair(): Promise<WorkerPair> {
  const { file } = await bundleWorker("chat");
  const model = await startModelServer();
  // One after the other, so that each is known by the process that came with it.
  const chat = await startWorker(join(ROOT, file), model.url);
  const smallest = await startWorker(join(import.meta.dirname, "smallest-worker.js"), model.url);
  return {
    chat,
    smallest,
    model,
    stop: async () => {
      await Promise.all([chat.stop(), smallest.stop()]);
      model.stop();
    },
  };
}

/** Starts a Worker from its file, before a model. */
export async function startWorker(file: string, model: URL): Promise<RunningWorker> {
  const contents = await readFile(file, "utf8");
  const texts = Object.entries(BINDINGS).map(
    ([name, value]) => [name, { type: "text", value }] as const,
  );
  const before = await childProcesses();
  const inspectorPort = await getPort({ host: "127.0.0.1" });
  const miniflare = new Miniflare({
    cf: false,
    inspectorPort,
    log: new Log(LogLevel.NONE),
    // Its line about each request is part of its cost, and not of this output.
    handleStructuredLogs: () => {},
    workers: [
      {
        config: {
          name: "worker",
          compatibilityDate: "2026-10-23",
          compatibilityFlags: ["enable_request_signal"],
          manifest: { mainModule: "index.js", modules: { "index.js": { type: "esm", contents } } },
          env: { ...Object.fromEntries(texts), AI: { type: "ai", dev: { remote: true } } },
        },
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branded so that only tool makers set it
        dev: { remoteProxyConnectionString: model as RemoteProxyConnectionString },
      },
    ],
  });
  const url = new URL("/v1/chat/completions", await miniflare.ready);
  const started = (await childProcesses()).filter((pid) => !before.includes(pid));
  return { url, pid: started[0], inspectorPort, stop: () => miniflare.dispose() };
}
