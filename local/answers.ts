/** Reads requests and makes answers, for the local account's HTTP server and its AI binding. */
import type { IncomingMessage } from "node:http";
import { json as readStream } from "node:stream/consumers";

import type { GatewayAnswer } from "./gateway/gateway.ts";

/** Reads a body as JSON; undefined when it is none, which the schemas that follow refuse. */
export function readJson(request: IncomingMessage): Promise<unknown> {
  return readStream(request).catch(() => undefined);
}

/** Reads the path and the query of a request; the host is a stand-in. */
export function urlOf(request: IncomingMessage): URL {
  // Not with the host as a base: after two slashes, a path would be taken for another host, or for
  // none.
  return new URL(`http://local${request.url ?? "/"}`);
}

/** Returns a part of a path without its escapes; as it is where they are wrong. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Makes an answer of JSON. */
export function data(status: number, body: object): GatewayAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Makes an answer of one line of text. */
export function text(status: number, body: string): GatewayAnswer {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${body}\n` };
}
