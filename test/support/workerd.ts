/**
 * Runs the chat Worker in the real Workers runtime, with the real AI binding. A scripted server
 * takes Cloudflare's place, and keeps what left the runtime. It needs no `local/`, which may be
 * deleted.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import {
  Log,
  LogLevel,
  Miniflare,
  Response as MiniflareResponse,
  type RemoteProxyConnectionString,
  type Request as MiniflareRequest,
} from "miniflare";
import { z } from "zod";

import { bundleWorker } from "../../infra/bundle.ts";
import { atEndOfFile } from "./endings.ts";
import { watchWorker, workerModules } from "../mutation/mutation.ts";
import { models } from "./models.ts";
import { waitFor } from "./project.ts";
import { readPoint, speakerOf, WATCHED_ENTRY } from "./runtime-faults.ts";
import { ROOT } from "./settings.ts";

/** The token of the caller `web`. */
export const TOKEN = "token-of-web";

/** The bindings of a production deploy: metadata only, callers by token. */
const BINDINGS = {
  GATEWAY_ID: "app-test",
  COLLECT_LOGS: "metadata",
  MODELS: modelsBinding("@cf/old/model", "@cf/new/model"),
  ALLOW: "[]",
  ACCESS: "token",
  CALLERS: JSON.stringify([
    { name: "web", sha256: createHash("sha256").update(TOKEN).digest("hex") },
    { name: "job", sha256: createHash("sha256").update("token-of-job").digest("hex") },
  ]),
  ORIGINS: "[]",
  FALLBACKS: "[]",
  TIMEOUT_MS: "5000",
  IDLE_MS: "5000",
  MAX_BODY_BYTES: "2000",
  STACK: "test",
  RELEASE: "abc123",
};

/** Makes the binding MODELS; each model speaks the form that its provider's models take. */
export function modelsBinding(...ids: readonly string[]): string {
  return JSON.stringify(models(...ids));
}

/** Makes the binding MODELS of models whose streams pass unread to callers of their form. */
export function nativeModels(...ids: readonly string[]): string {
  return JSON.stringify(models(...ids).map((model) => ({ ...model, stream: "native" })));
}

/** A call of the AI binding, as it left the runtime. */
export interface WireCall {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly inputs: unknown; readonly options: unknown };
}

/** A call of the AI binding about a log. */
export interface LogCall {
  readonly method: string | undefined;
  readonly path: string;
  /** The body of a PATCH. */
  readonly body: unknown;
}

/** A response of Cloudflare's. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body: data to be written as JSON, or text as it is. */
  readonly body?: unknown;
  /** The body piece by piece, in place of `body`; an error breaks the connection off. */
  readonly pieces?: AsyncIterable<string | Uint8Array>;
  /** Whether the connection breaks before there is a response. */
  readonly isReset?: boolean;
}

/** A fetch of the Worker's, as it left the runtime. */
export interface Fetched {
  readonly headers: Headers;
  readonly body: string;
}

/** The changes of a test to an ordinary deploy. */
export interface WorkerScene {
  /** The bindings that differ; undefined leaves one out. */
  readonly bindings?: Readonly<Record<string, string | undefined>>;
  readonly withoutAi?: boolean;
  /** The requests that one caller may make in a minute. */
  readonly callerLimit?: number;
  /** The limits of callers that have one of their own, by binding: requests in a minute. */
  readonly ownLimits?: Readonly<Record<string, number>>;
  /** The response to a fetch of the Worker's; without it, nothing may be fetched. */
  readonly fetched?: (url: string, request: Fetched) => Reply | Promise<Reply>;
  /** The response about a log; without it there is no log. */
  readonly log?: (call: LogCall) => Reply;
  /** The response of a model; the default one answers "hello". */
  readonly reply?: (call: WireCall) => Reply;
}

/** A running Worker, and what left it. */
export interface RunningWorker {
  /** Fetches a path with the token of `web`, unless `init` has headers of its own. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  readonly url: URL;
  readonly calls: WireCall[];
  /** What it wrote to Analytics Engine, where it has the columns' names. */
  readonly points: readonly unknown[];
  /** The lines of its console, which arrive a little after the response. */
  readonly lines: readonly string[];
}

/**
 * Starts the Worker, or takes the one of this file that has the same bindings. Calls and replies
 * are the scene's own.
 */
export async function startWorker(scene: WorkerScene = {}): Promise<RunningWorker> {
  const key = JSON.stringify([
    { ...BINDINGS, ...scene.bindings },
    scene.withoutAi,
    scene.callerLimit,
    scene.ownLimits,
  ]);
  if (runtimes.size === 0) atEndOfFile(endWorkers);
  const runtime = runtimes.get(key) ?? startRuntime(scene);
  runtimes.set(key, runtime);
  const { url, cloudflare } = await runtime;

  const calls: WireCall[] = [];
  const lines: string[] = [];
  const points: unknown[] = [];
  cloudflare.lines = lines;
  cloudflare.points = points;
  cloudflare.log = scene.log ?? noLog;
  cloudflare.fetched = scene.fetched ?? refuseFetch;
  cloudflare.answer = (call) => {
    calls.push(call);
    return (scene.reply ?? hello)(call);
  };
  const headers = { authorization: `Bearer ${TOKEN}` };
  return {
    url,
    calls,
    lines,
    points,
    ask: (path, init) => fetch(new URL(path, url), { headers, ...init }),
  };
}

/** Makes the body of a chat request for the older model. */
export function chatBody(changes: Readonly<Record<string, unknown>> = {}): string {
  const messages = [{ role: "user", content: "Hi" }];
  return JSON.stringify({ model: "@cf/old/model", messages, ...changes });
}

/**
 * Reads the error object of a response. Code and field stand among the details where the protocol
 * is Anthropic's, which has neither.
 */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response.json();
  const error: Record<string, unknown> = Object(Object(body).error);
  const { error_code: code, ...details } = Object(error["details"]);
  return code === undefined ? error : { code, ...details, ...error };
}

function hello(): Reply {
  const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
  return { headers: { "cf-aig-log-id": "log-1" }, body: { response: "hello", usage } };
}

interface Runtime {
  readonly url: URL;
  readonly cloudflare: Cloudflare;
  stop(): Promise<void>;
}

const runtimes = new Map<string, Promise<Runtime>>();
const faults: string[] = [];

/** Stops every runtime. Throws where one reported a fault. */
async function endWorkers(): Promise<void> {
  for (const runtime of runtimes.values()) await (await runtime).stop();
  runtimes.clear();
  const reported = faults.splice(0);
  if (reported.length > 0) throw new Error(`the runtime reported faults:\n${reported.join("\n")}`);
}

async function startRuntime(scene: WorkerScene): Promise<Runtime> {
  const { bindings, withoutAi } = scene;
  const cloudflare = await startCloudflare();
  const contents = await (source ??= readWorker());
  const texts = Object.entries({ ...BINDINGS, ...bindings }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, { type: "text", value }] as const],
  );
  const ai = withoutAi === true ? {} : { AI: { type: "ai", dev: { remote: true } } as const };
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
              "entry.js": { type: "esm", contents: WATCHED_ENTRY },
              ...workerModules("chat.js", contents),
            },
          },
          env: { ...Object.fromEntries(texts), ...ai, ...limitsOf(scene) },
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
  await watchWorker(url);
  return {
    url,
    cloudflare,
    stop: async () => {
      await drain(url, cloudflare);
      await miniflare.dispose();
      cloudflare.stop();
    },
  };
}

/** Makes the rate limits of a scene, each with counts of its own. */
function limitsOf({ callerLimit, ownLimits }: WorkerScene) {
  const limits = Object.entries({
    ...(callerLimit !== undefined && { CALLER_LIMIT: callerLimit }),
    ...ownLimits,
  });
  const made = limits.map(
    ([name, limit], index) =>
      [
        name,
        { type: "rate-limit", namespace: String(index + 1), simple: { limit, period: 60 } },
      ] as const,
  );
  return Object.fromEntries(made);
}

// The same for all runtimes of a file.
let source: Promise<string> | undefined;

async function readWorker(): Promise<string> {
  const { file } = await bundleWorker("chat");
  return readFile(join(ROOT, file), "utf8");
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

interface Cloudflare {
  readonly url: URL;
  /** Reads what the Worker wrote to its console. */
  lines: string[];
  points: unknown[];
  answer: (call: WireCall) => Reply;
  log: (call: LogCall) => Reply;
  fetched: NonNullable<WorkerScene["fetched"]>;
  stop(): void;
}

async function reply(cloudflare: Cloudflare, request: IncomingMessage): Promise<Reply> {
  const url = String(request.headers["mf-url"]);
  const { pathname } = new URL(url);
  if (pathname.includes("/logs/")) {
    const body = request.method === "PATCH" ? await json(request) : undefined;
    return cloudflare.log({ method: request.method, path: pathname, body });
  }
  const call = z.object({ inputs: z.unknown(), options: z.unknown() }).parse(await json(request));
  return cloudflare.answer({ url, headers: request.headers, body: call });
}

function refuseFetch(url: string): Reply {
  throw new Error(`the Worker fetched ${url}`);
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

const noLog = (): Reply => ({
  status: 404,
  body: { success: false, errors: [{ code: 7002, message: "Not Found" }] },
});

async function startCloudflare(): Promise<Cloudflare> {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body, pieces, isReset } = await reply(cloudflare, request);
    if (isReset === true) {
      request.socket.destroy();
      return;
    }
    const type = pieces === undefined ? "application/json" : "text/event-stream";
    response.writeHead(status ?? 200, { "content-type": type, ...headers });
    if (pieces === undefined) {
      response.end(typeof body === "string" ? body : JSON.stringify(body));
      return;
    }
    response.flushHeaders();
    // Ends the pieces when the other side goes, and breaks the connection off when they fail.
    await pipeline(Readable.from(pieces), response).catch(() => {});
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cloudflare: Cloudflare = {
    url: new URL(`http://127.0.0.1:${port}`),
    answer: hello,
    log: noLog,
    fetched: refuseFetch,
    lines: [],
    points: [],
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return cloudflare;
}
