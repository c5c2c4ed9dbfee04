/**
 * Answers the calls of a Worker's AI binding, as the Workers runtime forwards them: their own URL
 * and headers arrive as `mf-` headers.
 */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import { z } from "zod";

import { data, readJson } from "./answers.ts";
import { isWorkersAi } from "../policy/platform.ts";
import { toBindingLog } from "./api/log-wire.ts";
import { logPatch, readPatch } from "./api/log-patch.ts";
import { ensureDefault } from "./data-plane/default-gateway.ts";
import type { GatewayAnswer } from "./gateway/gateway.ts";
import { bindingGateway, readBindingOptions, readHeaderOptions } from "./gateway/options.ts";
import { unsupported } from "./gateway/refusal.ts";
import { callInTurn, universalCalls } from "./gateway/universal.ts";
import type { LocalAccount } from "./local-account.ts";
import type { LogStore } from "./logs/store.ts";

const bindingCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: bindingGateway }),
});
// Without a gateway, its other options mean nothing to a model.
const lonelyCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: z.undefined().optional() }).optional(),
});

/** The parts of the account that a call needs. */
interface BindingParts extends Pick<LocalAccount, "account" | "gateway" | "store"> {
  /** Where the account's endpoints for callers beside a Worker are. */
  readonly url: URL;
}

/** Answers one call to `url`; with status 501 where it is not imitated. */
export async function answerBinding(
  request: IncomingMessage,
  url: string,
  parts: BindingParts,
): Promise<GatewayAnswer> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name.replace(/^mf-header-/, ""),
      value,
    ]),
  );
  const pathname = URL.parse(url)?.pathname ?? "";
  const [, gatewayId, what, rest] =
    /^\/ai-gateway\/gateways\/([^/]+)\/(logs|url)\/([^/]+)$/.exec(pathname) ?? [];
  if (gatewayId !== undefined && rest !== undefined) {
    if (what === "url") return answerUrl(gatewayId, rest, parts);
    return answerLog(request, { gatewayId, logId: rest }, parts.store);
  }
  const [, universal] = /^\/ai-gateway\/universal\/run\/([^/]+)$/.exec(pathname) ?? [];
  const body = request.method === "POST" ? await readJson(request) : undefined;
  const calls = universalCalls.safeParse(body);
  if (universal !== undefined && calls.success) {
    ensureDefault(parts.account, universal);
    return callInTurn(parts.gateway, universal, calls.data, headers);
  }
  const model = headers["cf-consn-model-id"];
  const run = { pathname, model: typeof model === "string" ? model : undefined, headers, body };
  return (await answerRun(run, parts)) ?? refuse(`${request.method} ${pathname}`);
}

interface Run {
  readonly pathname: string;
  readonly model: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** Answers `run`; undefined where a call is something else. */
async function answerRun(
  { pathname, model, headers, body }: Run,
  { account, gateway }: BindingParts,
): Promise<GatewayAnswer | undefined> {
  if (model === undefined) return undefined;
  const lonely = lonelyCall.safeParse(body);
  if (pathname === "/run" && lonely.success) {
    // https://developers.cloudflare.com/ai-gateway/usage/worker-binding-methods/
    if (isWorkersAi(model)) return gateway.runAlone({ model, inputs: lonely.data.inputs });
    return unsupported(`${model} is a third party's model, which runs through a gateway only`);
  }
  const call = bindingCall.safeParse(body);
  if (pathname !== "/ai-gateway/run" || !call.success) return undefined;
  const { inputs, options } = call.data;
  ensureDefault(account, options.gateway.id);
  return gateway.handle({
    gatewayId: options.gateway.id,
    model,
    inputs,
    options: { ...readBindingOptions(options.gateway), ...readHeaderOptions(headers) },
  });
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

/** Answers `getLog` and `patchLog` of the binding. */
async function answerLog(
  request: IncomingMessage,
  { gatewayId, logId }: { readonly gatewayId: string; readonly logId: string },
  store: LogStore,
): Promise<GatewayAnswer> {
  const found = store.find(logId);
  if (found === undefined || found.log.gateway !== gatewayId) {
    return data(404, { success: false, errors: [{ code: 7002, message: "Not Found" }] });
  }
  if (request.method === "PATCH") {
    const patch = logPatch.safeParse(await readJson(request));
    if (!patch.success) {
      return unsupported("of a log, only feedback, score and metadata can change");
    }
    store.change(found, readPatch(patch.data));
  }
  const { log, bodies } = store.find(logId) ?? found;
  return data(200, { success: true, result: toBindingLog(log, bodies) });
}
