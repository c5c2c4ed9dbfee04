/**
 * The key of the logs page. Every user of the machine reaches loopback, and the page shows prompts:
 * the printed address carries the key, and a visit leaves it in a cookie.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { text, urlOf } from "./answers.ts";
import type { GatewayAnswer } from "./gateway/gateway.ts";

export interface PageKey {
  /** The address that opens the page in a browser. */
  readonly page: URL;
  /** Answers a request that may not go on to the pages; undefined where it may. */
  refuse(request: IncomingMessage): GatewayAnswer | undefined;
}

const PARAMETER = "key";

export function makePageKey(server: URL): PageKey {
  const key = randomBytes(32).toString("base64url");
  // With the port in its name: a browser sends a cookie to every port of its host, and two stacks
  // that run side by side would overwrite each other's.
  const cookie = `logs-${server.port}`;
  const page = new URL(`/?${PARAMETER}=${key}`, server);
  const refuse = (request: IncomingMessage) => {
    const url = urlOf(request);
    const given = url.searchParams.getAll(PARAMETER);
    const isFirst = request.method === "GET" && given.some((each) => isSame(each, key));
    if (!isFirst && !isSame(readCookie(request, cookie), key)) return text(401, REFUSAL);
    if (given.length === 0) return undefined;
    const left = `${cookie}=${key}; Path=/; HttpOnly; SameSite=Strict`;
    return redirect(request.headers.host ?? server.host, url, left);
  };
  return { page, refuse };
}

/** Leads on without the key: the address stays in the browser's history, and is passed on. */
function redirect(host: string, { pathname, searchParams }: URL, cookie: string): GatewayAnswer {
  searchParams.delete(PARAMETER);
  const query = searchParams.size === 0 ? "" : `?${searchParams.toString()}`;
  // With the host: a path that begins with two slashes would lead elsewhere.
  const location = `http://${host}${pathname}${query}`;
  return { status: 303, headers: { location, "set-cookie": cookie }, body: "" };
}

const REFUSAL =
  "this page needs the key of its run: open the address that npm start printed after Logs; a second npm start prints it again";

function readCookie({ headers }: IncomingMessage, name: string): string {
  const pairs = (headers.cookie ?? "").split("; ");
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

/** Compares two texts in a time that tells nothing about where they differ. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((each) => createHash("sha256").update(each).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
