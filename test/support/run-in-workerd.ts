/** Runs the chat Worker in the real Workers runtime, with the real AI binding. */
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  Log,
  LogLevel,
  Miniflare,
  Response as MiniflareResponse,
  type RemoteProxyConnectionString,
  type Request as MiniflareRequest,
} from "miniflare";

import { bundleWorker } from "../../infra/bundle.ts";
import { waitFor } from "./project.ts";
import { readPoint, speakerOf, watchedEntry } from "./runtime-faults.ts";
import { ROOT } from "./settings.ts";
import type { Cloudflare, Deploy, Running } from "./workerd.ts";

/** Runs the bundled Worker, at first without bindings. */
export async function runInWorkerd({ limits, cloudflare }: Deploy): Promise<Running> {
  const contents = await (source ??= readWorker());
  const faults: string[] = [];
  // A path that only this process knows.
  const bindPath = `/${randomUUID()}`;
  const miniflare = new Miniflare({
    cf: false,
    // The Worker's own error lines are part of some scenes, not of the tests' output.
    log: new Log(LogLevel.NONE),
    verbose: true,
    handleStructuredLogs: (log) => {
      const speaker = speakerOf(log);
      if (speaker === "fault") faults.push(log.message);
      if (speaker === "worker") cloudflare.lines.push(log.message);
      if (speaker === "metrics") cloudflare.points.push(readPoint(log.message));
    },
    workers: [
      {
        config: {
          name: "chat",
          compatibilityDate: "2026-10-23",
          compatibilityFlags: ["enable_request_signal"],
          manifest: {
            mainModule: "entry.js",
            modules: {
              "entry.js": { type: "esm", contents: watchedEntry(bindPath) },
              "chat.js": { type: "esm", contents },
            },
          },
          env: { AI: { type: "ai", dev: { remote: true } }, ...limitsOf(limits) },
        },
        dev: {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- branded so that only tool makers set it
          remoteProxyConnectionString: cloudflare.url as RemoteProxyConnectionString,
          outboundService: {
            type: "fetcher",
            handler: (request) => answerFetch(cloudflare, request),
          },
        },
      },
    ],
  });
  const url = await miniflare.ready;
  return {
    url,
    bind: async (bindings) => {
      await fetch(new URL(bindPath, url), { method: "POST", body: JSON.stringify(bindings) });
    },
    check: async () => {
      await drain(url, cloudflare);
      const found = faults.splice(0);
      if (found.length > 0) throw new Error(`the runtime reported faults:\n${found.join("\n")}`);
    },
    stop: () => miniflare.dispose(),
  };
}

/**
 * Waits for the line about the last request, and with it for everything the runtime wrote before.
 */
async function drain(url: URL, cloudflare: Cloudflare): Promise<void> {
  const lines: string[] = [];
  cloudflare.lines = lines;
  const traceId = randomBytes(16).toString("hex");
  await fetch(new URL("/none", url), {
    headers: { traceparent: `00-${traceId}-${"1".repeat(16)}-01` },
  });
  await waitFor(
    () => lines.find((line) => line.includes(traceId)),
    () => lines.join("\n"),
  );
}

// The same for all runtimes of a file.
let source: Promise<string> | undefined;

async function readWorker(): Promise<string> {
  const { file } = await bundleWorker("chat");
  return readFile(join(ROOT, file), "utf8");
}

/** Makes the rate limits of a scene, each with counts of its own. */
function limitsOf(limits: Deploy["limits"]) {
  const made = Object.entries(limits).map(
    ([name, limit], index) =>
      [
        name,
        { type: "rate-limit", namespace: String(index + 1), simple: { limit, period: 60 } },
      ] as const,
  );
  return Object.fromEntries(made);
}

async function answerFetch(
  { fetched }: Cloudflare,
  request: MiniflareRequest,
): Promise<MiniflareResponse> {
  const { url, headers } = request;
  const {
    status = 200,
    headers: own = {},
    body,
  } = await fetched(url, {
    headers: new Headers([...headers]),
    body: await request.text(),
  });
  return MiniflareResponse.json(body, { status, headers: own });
}
