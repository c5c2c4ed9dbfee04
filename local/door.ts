/**
 * The HTTP door of the local account, on loopback: where the Worker's AI binding sends its calls, where a caller beside
 * the Worker would go, and the logs page.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { z } from "zod";

import { refusal, type GatewayAnswer, type LocalGateway } from "./gateway/gateway.ts";
import { bindingGateway, readBindingOptions, readHeaderOptions } from "./gateway/options.ts";
import { logPage, logsPage } from "./logs/page.ts";
import type { LogStore } from "./logs/store.ts";

export interface DoorArgs {
  readonly gateway: LocalGateway;
  readonly store: LogStore;
  /** Stands in for an API token with AI Gateway Run. */
  readonly key: string;
  readonly host: string;
  readonly port: number;
}

const ROWS_SHOWN = 100;

/** Opens the door until the process exits, and returns where it is. */
export async function openDoor(args: DoorArgs): Promise<URL> {
  const server = createServer((request, response) => {
    answer(request, args).then(
      (reply) => send(response, reply),
      (error: unknown) => {
        console.error(error);
        return send(response, text(500, "internal error"));
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(args.port, args.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : args.port;
  return new URL(`http://${args.host}:${port}`);
}

async function answer(request: IncomingMessage, args: DoorArgs): Promise<GatewayAnswer> {
  // A page on the web can make a browser call loopback under a name of its own; such a call stops here.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (!["127.0.0.1", "localhost"].includes(host)) return text(403, "only for this machine");

  const [pathname = "/"] = (request.url ?? "/").split("?");
  const bindingUrl = request.headers["mf-url"];
  if (typeof bindingUrl === "string") return answerBinding(request, bindingUrl, args);
  if (request.method === "POST") return answerProvider(request, pathname, args);
  if (request.method === "GET" && pathname === "/") {
    return page(200, await logsPage(args.store.list(ROWS_SHOWN), args.store.count()));
  }
  const [, id] = /^\/logs\/([^/]+)$/.exec(pathname) ?? [];
  const found = request.method === "GET" && id !== undefined ? args.store.find(id) : undefined;
  if (found !== undefined) return page(200, await logPage(found.log, found.bodies));
  return text(404, "no such page; the logs are at /");
}

const bindingCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: bindingGateway }),
});

/** A call of the AI binding, as the Workers runtime forwards it: its own URL and headers arrive as `mf-` headers. */
async function answerBinding(
  request: IncomingMessage,
  url: string,
  { gateway, store }: DoorArgs,
): Promise<GatewayAnswer> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name.replace(/^mf-header-/, ""),
      value,
    ]),
  );
  const pathname = URL.parse(url)?.pathname ?? "";
  const [, gatewayId, logId] =
    /^\/ai-gateway\/gateways\/([^/]+)\/logs\/([^/]+)$/.exec(pathname) ?? [];
  if (gatewayId !== undefined && logId !== undefined) {
    return answerLog(request, { gatewayId, logId }, store);
  }
  const model = headers["cf-consn-model-id"];
  const call = bindingCall.safeParse(await readJson(request));
  if (pathname !== "/ai-gateway/run" || typeof model !== "string" || !call.success) {
    return text(501, "of the AI binding, only run() through a gateway is imitated here");
  }
  const { inputs, options } = call.data;
  return gateway.handle({
    gatewayId: options.gateway.id,
    model,
    inputs,
    options: { ...readBindingOptions(options.gateway), ...readHeaderOptions(headers) },
  });
}

const logPatch = z.strictObject({ feedback: z.union([z.literal(1), z.literal(-1), z.null()]) });

/** `getLog` and `patchLog` of the binding; of a patch, feedback alone is imitated. */
async function answerLog(
  request: IncomingMessage,
  { gatewayId, logId }: { readonly gatewayId: string; readonly logId: string },
  store: LogStore,
): Promise<GatewayAnswer> {
  const log = store.find(logId)?.log;
  if (log === undefined || log.gateway !== gatewayId) {
    return data(404, { success: false, errors: [{ code: 7002, message: "Not Found" }] });
  }
  if (request.method !== "PATCH") return data(200, { success: true, result: log });
  const patch = logPatch.safeParse(await readJson(request));
  if (!patch.success) return text(501, "of a log, only feedback can be changed here");
  store.mark(logId, patch.data.feedback ?? undefined);
  return data(200, { success: true, result: { ...log, ...patch.data } });
}

/** A call beside the Worker: `/v1/{account}/{gateway}/workers-ai/{model}`, with the caller's own headers. */
async function answerProvider(
  request: IncomingMessage,
  path: string,
  args: DoorArgs,
): Promise<GatewayAnswer> {
  const [, gatewayId, model] = /^\/v1\/[^/]+\/([^/]+)\/workers-ai\/(@cf\/.+)$/.exec(path) ?? [];
  if (gatewayId === undefined || model === undefined) {
    return text(501, `the local AI Gateway does not imitate POST ${path}`);
  }
  const needsToken = args.gateway.settings(gatewayId)?.authentication === true;
  if (needsToken && request.headers["cf-aig-authorization"] !== `Bearer ${args.key}`) {
    return refusal(401, 2009, "Unauthorized");
  }
  const inputs = await readJson(request);
  return args.gateway.handle({
    gatewayId,
    model,
    inputs,
    options: readHeaderOptions(request.headers),
  });
}

/** Undefined when the body is not JSON; the shapes that follow refuse it. */
function readJson(request: IncomingMessage): Promise<unknown> {
  return json(request).catch(() => undefined);
}

async function send(
  response: ServerResponse,
  { status, headers, body, pieces }: GatewayAnswer,
): Promise<void> {
  response.writeHead(status, headers);
  if (pieces === undefined) response.end(body);
  // A caller that hangs up ends the pieces; that is no fault of anybody.
  else await pipeline(Readable.from(pieces), response).catch(() => {});
}

function page(status: number, body: string): GatewayAnswer {
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
    body,
  };
}

function data(status: number, body: object): GatewayAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function text(status: number, body: string): GatewayAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${body}\n` };
}
