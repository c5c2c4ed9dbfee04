/** What both doors of the local account say and hear over HTTP. */
import type { IncomingMessage } from "node:http";
import { json as readStream } from "node:stream/consumers";

import type { GatewayAnswer } from "./gateway/gateway.ts";

/** Undefined when the body is not JSON; the shapes that follow refuse it. */
export function readJson(request: IncomingMessage): Promise<unknown> {
  return readStream(request).catch(() => undefined);
}

export function data(status: number, body: object): GatewayAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

export function text(status: number, body: string): GatewayAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${body}\n` };
}
