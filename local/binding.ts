/**
 * Answers the calls of a Worker's AI binding, as the Workers runtime forwards them: their own URL
 * and headers arrive as `mf-` headers.
 */
import type { IncomingMessage } from "node:http";

import { z } from "zod";

import { data, readJson, text } from "./answers.ts";
import { toBindingLog } from "./api/log-wire.ts";
import { logPatch, readPatch } from "./api/log-patch.ts";
import type { GatewayAnswer, LocalGateway } from "./gateway/gateway.ts";
import { bindingGateway, readBindingOptions, readHeaderOptions } from "./gateway/options.ts";
import { callInTurn, universalCalls } from "./gateway/universal.ts";
import type { LogStore } from "./logs/store.ts";

const bindingCall = z.object({
  inputs: z.unknown(),
  options: z.object({ gateway: bindingGateway }),
});

/** Answers one call to `url`; with status 501 where it is not imitated. */
export async function answerBinding(
  request: IncomingMessage,
  url: string,
  { gateway, store }: { readonly gateway: LocalGateway; readonly store: LogStore },
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
  const [, universal] = /^\/ai-gateway\/universal\/run\/([^/]+)$/.exec(pathname) ?? [];
  const calls = universalCalls.safeParse(universal === undefined ? [] : await readJson(request));
  if (universal !== undefined && calls.success) {
    return callInTurn(gateway, universal, calls.data, headers);
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
    if (!patch.success) return text(501, "of a log, only feedback, score and metadata can change");
    store.change(found, readPatch(patch.data));
  }
  const { log, bodies } = store.find(logId) ?? found;
  return data(200, { success: true, result: toBindingLog(log, bodies) });
}
