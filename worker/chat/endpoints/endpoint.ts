import type { Context } from "hono";

import type { App } from "../context.ts";

/**
 * One endpoint of the Worker. Router, 404 message, docs and the tests over all endpoints are made
 * from their list.
 */
export interface Endpoint {
  readonly method: "GET" | "POST";
  /** A path as Hono matches it: `/v1/models/:id{.+}`. */
  readonly path: string;
  /** Whether only known callers get an answer, and only what the gate lets pass. */
  readonly isGated: boolean;
  /** Whether an answer takes a call of a model. */
  readonly usesModel: boolean;
  answer(context: Context<App>): Response | Promise<Response>;
}

/**
 * Names an endpoint in the request's line and in the log's metadata: its path without a parameter's
 * pattern.
 */
export function routeOf({ path }: Endpoint): string {
  return path.replace(/\{.*\}/, "");
}
