/** Answers a Worker's AI binding: a call's own URL and headers arrive as `mf-` headers. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import { data, readJson } from "./answers.ts";
import { toBindingLog } from "./api/log-wire.ts";
import { logPatch } from "./api/log-patch.ts";
import { answerRun, type RunParts } from "./data-plane/binding-run.ts";
import { ensureDefault } from "./data-plane/default-gateway.ts";
import type { GatewayAnswer } from "./gateway/gateway.ts";
import { unsupported } from "./gateway/refusal.ts";
import { callInTurn, universalCalls } from "./gateway/universal.ts";
import type { LocalAccount } from "./local-account.ts";
import type { LogStore } from "./logs/store.ts";

interface BindingParts extends RunParts, Pick<LocalAccount, "store"> {
  /** Where the account's endpoints for callers beside a Worker are. */
  readonly url: URL;
}

/** Answers one call to `url`; with status 501 where it is not imitated. */
export async function answerBinding(
  request: IncomingMessage,
  url: string,
  parts: BindingParts,
): Promise<GatewayAnswer> {
  const place = URL.parse(url);
  const pathname = place?.pathname ?? "";
  const [, gatewayId, method, id] =
    /^\/ai-gateway\/gateways\/([^/]+)\/(logs|url|run)\/([^/]+)(?:\/resume)?$/.exec(pathname) ?? [];
  if (gatewayId !== undefined && id !== undefined) {
    if (method === "url") return answerUrl(gatewayId, id, parts);
    if (method === "logs") return answerLog(request, { gatewayId, logId: id }, parts.store);
    const events = Number(place?.searchParams.get("from") ?? 0);
    const pieces = parts.runs.resume(gatewayId, id, events);
    if (pieces === undefined) return notFound();
    return { status: 200, headers: { "content-type": "text/event-stream" }, body: "", pieces };
  }
  const body = request.method === "POST" ? await readJson(request) : undefined;
  const headers = ownHeaders(request);
  const [, universal] = /^\/ai-gateway\/universal\/run\/([^/]+)$/.exec(pathname) ?? [];
  const calls = universalCalls.safeParse(body);
  if (universal !== undefined && calls.success) {
    ensureDefault(parts.account, universal);
    return callInTurn(parts.gateway, universal, calls.data, headers);
  }
  const answer = await answerRun({ pathname, headers, body }, parts);
  return answer ?? refuse(`${request.method} ${pathname}`);
}

/** Returns the headers of a call under the names that they had in the Worker. */
function ownHeaders({ headers }: IncomingMessage): IncomingHttpHeaders {
  const names = Object.entries(headers).map(
    ([name, value]) => [name.replace(/^mf-header-/, ""), value] as const,
  );
  return Object.fromEntries(names);
}

function notFound(): GatewayAnswer {
  return data(404, { success: false, errors: [{ code: 7002, message: "Not Found" }] });
}

function refuse(call: string): GatewayAnswer {
  return unsupported(
    `of the AI binding, only run() through a gateway is imitated here, run() of a model of Workers AI without one, and run(), getUrl(), getLog() and patchLog() of a gateway; not ${call}`,
  );
}

/** Answers `getUrl` of the binding, with an address that callers beside the Worker can use too. */
function answerUrl(
  gatewayId: string,
  provider: string,
  { account, url }: BindingParts,
): GatewayAnswer {
  const path = `/v1/${account.id}/${gatewayId}/${provider === "universal" ? "" : provider}`;
  return data(200, { success: true, result: { url: new URL(path, url).href } });
}

async function answerLog(
  request: IncomingMessage,
  { gatewayId, logId }: { readonly gatewayId: string; readonly logId: string },
  store: LogStore,
): Promise<GatewayAnswer> {
  const found = store.find(logId);
  if (found === undefined || found.log.gateway !== gatewayId) {
    return notFound();
  }
  if (request.method === "PATCH") {
    const patch = logPatch.safeParse(await readJson(request));
    if (!patch.success) {
      return unsupported("of a log, only feedback, score and metadata can change");
    }
    store.change(found, patch.data);
  }
  const { log, bodies } = store.find(logId) ?? found;
  return data(200, { success: true, result: toBindingLog(log, bodies) });
}
