/** What the parts of the API are made of: tables of routes, and the functions that answer them. */
import type { Context } from "hono";

import type { LocalAccount } from "../local-account.ts";
import type { WorkerHost } from "../worker-host.ts";
import type { Permission, TokenRecord } from "./token-record.ts";
import type { WorkerRecord } from "./worker-record.ts";

/** What a handler works on. */
export interface ApiBindings extends Pick<LocalAccount, "account" | "store" | "objects"> {
  readonly workers: WorkerHost;
  /** The newest uploaded version of each Worker; not on disk, so an older one cannot be gone back to. */
  readonly versions: Map<string, WorkerRecord>;
  /** Where the request comes from. */
  readonly address: string;
}

export interface ApiEnv {
  readonly Bindings: ApiBindings;
  /** The token of the request. */
  readonly Variables: { token: TokenRecord };
}

export type ApiContext = Context<ApiEnv>;

/** Returns what stands in `result` of the envelope, or a Response of its own. */
export type Handler = (c: ApiContext) => unknown;

/** The token needs one of the permissions; `undefined` lets every token pass, an expired one too. */
export type Route = readonly [
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  permissions: readonly Permission[] | undefined,
  handler: Handler,
];

/** A part of the path, which the route has. */
export function param(c: ApiContext, name: string): string {
  return c.req.param(name) ?? "";
}
