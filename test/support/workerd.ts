/**
 * Runs the chat Worker in the real Workers runtime, with the real AI binding. A scripted server takes
 * Cloudflare's place, and keeps what left the runtime. It needs no `local/`, which may be deleted.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { inject } from "vitest";
import { z } from "zod";

import { BINDINGS as SHARED, TOKEN } from "./bindings.ts";
import { atEndOfFile } from "./endings.ts";
import { models } from "./models.ts";
import { runInWorkerd } from "./run-in-workerd.ts";

export { TOKEN } from "./bindings.ts";

const BINDINGS = { ...SHARED, MODELS: modelsBinding("@cf/old/model", "@cf/new/model") };

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
 * Starts the Worker, or takes one that runs. Bindings, calls and replies are the scene's own, until
 * the next one starts.
 */
export async function startWorker(scene: WorkerScene = {}): Promise<RunningWorker> {
  const limits = limitsOf(scene);
  const key = JSON.stringify(limits);
  if (!isEndSet) atEndOfFile(endWorkers);
  isEndSet = true;
  const runtime = runtimes.get(key) ?? startRuntime(limits);
  runtimes.set(key, runtime);
  const { url, cloudflare, bind } = await runtime;
  await bind(bindingsOf(scene));
  if (scene.callerLimit !== undefined || scene.ownLimits !== undefined) await roomInMinute();

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

const MINUTE_MS = 60_000;
const ROOM_MS = 5000;

/**
 * Waits for the next minute where this one is nearly over: the runtime counts the requests of each
 * minute of the clock, and a scene that counts them must be within one.
 */
async function roomInMinute(): Promise<void> {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (leftMs < ROOM_MS) await new Promise((resolve) => setTimeout(resolve, leftMs));
}

function bindingsOf({ bindings, withoutAi = false }: WorkerScene): Bindings {
  const texts = Object.entries({ ...BINDINGS, ...bindings }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return { texts: Object.fromEntries(texts), hasAi: !withoutAi };
}

function limitsOf({ callerLimit, ownLimits }: WorkerScene): Deploy["limits"] {
  return { ...(callerLimit !== undefined && { CALLER_LIMIT: callerLimit }), ...ownLimits };
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

/** The bindings of a scene but for its limits. */
export interface Bindings {
  readonly texts: Readonly<Record<string, string>>;
  readonly hasAi: boolean;
}

/** What stays the same as long as a runtime runs. */
export interface Deploy {
  /** The rate limits, by binding: requests in a minute. */
  readonly limits: Readonly<Record<string, number>>;
  readonly cloudflare: Cloudflare;
}

/** A Worker that runs. */
export interface Running {
  readonly url: URL;
  /** Gives the requests that follow other bindings. */
  readonly bind: (bindings: Bindings) => Promise<void>;
  /** Waits for what it has to report. Throws where it left a fault that no caller and no line shows. */
  readonly check: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Runtime extends Running {
  readonly cloudflare: Cloudflare;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Whether more test files run in the same process, with the same modules. */
    isProcessShared?: boolean;
  }
}

/** The runtime without limits serves nearly all scenes: each start of one takes a third of a second. */
const ORDINARY = JSON.stringify({});
const runtimes = new Map<string, Promise<Runtime>>();
let isEndSet = false;

/**
 * Stops every runtime, but for the ordinary one where more files follow in this process: the next one
 * takes it over, and Miniflare ends it with the process. Throws where one left a fault.
 */
async function endWorkers(): Promise<void> {
  isEndSet = false;
  for (const [key, starting] of runtimes) {
    const runtime = await starting;
    await runtime.check();
    if (key === ORDINARY && inject("isProcessShared") === true) continue;
    await runtime.stop();
    runtimes.delete(key);
  }
}

async function startRuntime(limits: Deploy["limits"]): Promise<Runtime> {
  const cloudflare = await startCloudflare();
  const running = await runInWorkerd({ limits, cloudflare });
  return {
    ...running,
    cloudflare,
    check: async () => {
      await running.check();
      const [fault] = cloudflare.faults.splice(0);
      if (fault !== undefined) throw fault;
    },
    stop: async () => {
      await running.stop();
      cloudflare.stop();
    },
  };
}

/** The server in Cloudflare's place. */
export interface Cloudflare {
  readonly url: URL;
  /** What the Worker wrote to its console. */
  lines: string[];
  points: unknown[];
  /** The errors of a scene's own replies, which nobody awaits. */
  readonly faults: unknown[];
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
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Where the Worker left in the middle of its request, nobody waits for a reply.
      if (request.complete) cloudflare.faults.push(error);
      response.destroy();
    });
  });
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
    faults: [],
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return cloudflare;
}
