/**
 * The HTTP server of the local account, on loopback: where the Worker's AI binding sends its calls,
 * where a caller beside the Worker would go, Cloudflare's REST API, and the logs page.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { text, urlOf } from "./answers.ts";
import { Access } from "./api/access.ts";
import type { Api } from "./api/api.ts";
import { API_PATH } from "./api/envelope.ts";
import type { GatewayFault } from "./api/gateway-wire.ts";
import { toServed } from "./api/worker-record.ts";
import { answerBinding } from "./binding.ts";
import { answerProvider } from "./data-plane/provider.ts";
import { answerRest } from "./data-plane/rest.ts";
import type { GatewayAnswer } from "./gateway/gateway.ts";
import { notImitated } from "./gateway/refusal.ts";
import { Runs } from "./gateway/runs.ts";
import { LOOPBACK_NAMES } from "./host-guard.ts";
import type { LocalAccount } from "./local-account.ts";
import type { RunningStack } from "./logs/page/stack.ts";
import { makePageKey, type PageKey } from "./page-key.ts";
import { printFault } from "./print.ts";
import { WorkerHost } from "./worker-host.ts";

interface DoorArgs extends Omit<LocalAccount, "pusher" | "close"> {
  /** The key that stands in for an API token with every permission. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
  /** What runs now, for the pages. Without it they show gateways and logs alone. */
  readonly stack?: () => RunningStack;
  /** Milliseconds since 1970; the machine's clock if absent. */
  readonly now?: () => number;
  /** Prints a line where the account runs. */
  readonly print?: ((line: string) => void) | undefined;
  readonly faults?: readonly GatewayFault[] | undefined;
}

export interface Door {
  readonly url: URL;
  /** The logs page, with the key that opens it. */
  readonly page: URL;
  /** Where AI bindings call. Its path is secret: every user of the machine reaches loopback. */
  readonly binding: URL;
  /** The Workers that were uploaded over the API. */
  readonly workers: WorkerHost;
  /** Breaks off what is under way. Without it the door is open until the process exits. */
  close(): Promise<void>;
}

interface Parts extends DoorArgs, Pick<Door, "url" | "binding" | "workers"> {
  readonly pageKey: PageKey;
  readonly access: Access;
  readonly runs: Runs;
  /** Loads the API at its first request: a start without it is faster. */
  readonly openApi: () => Promise<Api>;
}

interface Reply extends Omit<GatewayAnswer, "body"> {
  readonly body: string | Uint8Array;
}

const BINDING_PATH = "/binding/";

/** Starts the server; rejects where its port cannot be had. */
export async function openDoor(args: DoorArgs): Promise<Door> {
  const server = createServer();
  const url = await listen(server, args);
  const binding = new URL(`${BINDING_PATH}${randomBytes(32).toString("base64url")}`, url);
  const workers = new WorkerHost({ ...args, door: url, binding });
  const pageKey = makePageKey(url);
  const access = new Access(args.account, args.key);
  let api: Promise<Api> | undefined;
  const openApi = () =>
    (api ??= import("./api/api.ts").then(({ createApi }) =>
      createApi({ ...args, access, workers }),
    ));
  const runs = new Runs(args.now ?? Date.now);
  const parts: Parts = { ...args, url, binding, workers, pageKey, access, runs, openApi };
  server.on("request", (request, response) => {
    answer(request, response, parts).then(
      (reply) => reply && send(response, reply),
      (error: unknown) => {
        printFault(error);
        return send(response, text(500, "internal error"));
      },
    );
  });
  const close = async () => {
    await workers.stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { url, page: pageKey.page, binding, workers, close };
}

async function listen(server: Server, args: Pick<DoorArgs, "host" | "port">): Promise<URL> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(args.port, args.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : args.port;
  return new URL(`http://${args.host}:${port}`);
}

/** Answers a request; undefined where the API has answered by itself. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
): Promise<Reply | undefined> {
  // A page on the web can make a browser call loopback under a name of its own; such a call stops
  // here.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!LOOPBACK_NAMES.includes(host)) return text(403, "only for this machine");

  const [pathname = "/"] = (request.url ?? "/").split("?");
  const bindingUrl = request.headers["mf-url"];
  if (bindingUrl !== undefined || pathname.startsWith(BINDING_PATH)) {
    if (pathname !== parts.binding.pathname) return text(403, "only for the Workers of this run");
    return answerBinding(request, String(bindingUrl), parts);
  }
  if (pathname.startsWith(`${API_PATH}/`)) {
    const reply = await answerRest(request, pathname, parts);
    if (reply !== undefined) return reply;
    const api = await parts.openApi();
    await api(request, response);
    return undefined;
  }
  const [, worker] = /^\/workers\/([^/]+)\/cron$/.exec(pathname) ?? [];
  if (pathname.startsWith("/v1/")) return answerProvider(request, pathname, parts);
  const isElsewhere = request.method === "POST" && worker === undefined;
  if (isElsewhere) return notImitated(`POST ${pathname}`);
  const refused = parts.pageKey.refuse(request);
  if (refused !== undefined) return refused;
  if (request.method === "POST" && worker !== undefined) return fireCron(request, worker, parts);
  const reply = request.method === "GET" ? await answerPages(request, parts) : undefined;
  return reply ?? text(404, "no such page; the logs are at /");
}

async function answerPages(request: IncomingMessage, parts: Parts): Promise<Reply | undefined> {
  // The pages are loaded at their first request, as the API is.
  const { answerPage } = await import("./logs/page/pages.ts");
  const known = request.headers["if-none-match"];
  return answerPage(urlOf(request), { now: Date.now, ...parts }, known);
}

/** Fires a cron trigger, for the button of the logs page. */
async function fireCron(request: IncomingMessage, name: string, parts: Parts): Promise<Reply> {
  // Another site's form could do this, too; only a browser reports where a form stands.
  if (request.headers["sec-fetch-site"] !== "same-origin") return text(403, "only from the page");
  const worker = parts.account.find("workers", name);
  const cron = worker?.crons[0];
  if (worker === undefined || cron === undefined) return text(404, "no such cron trigger");
  try {
    await parts.workers.runCron(toServed(worker), cron);
  } catch (error) {
    printFault(error);
    return text(500, `${name} failed; the reason stands where npm start runs`);
  }
  return { status: 303, headers: { location: "/" }, body: "" };
}

async function send(
  response: ServerResponse,
  { status, headers, body, pieces }: Reply,
): Promise<void> {
  response.statusCode = status;
  // Not writeHead: headers that wait for the body get its length, and go with it in one piece.
  response.setHeaders(new Map(Object.entries(headers)));
  if (pieces === undefined) response.end(body);
  // A caller that hangs up ends the pieces, which is no fault.
  else await pipeline(Readable.from(pieces), response).catch(() => {});
}
