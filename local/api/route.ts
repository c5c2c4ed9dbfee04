/** The form of the API's parts: tables of routes, and the functions that answer them. */
import type { Context } from "hono";

import type { LocalAccount } from "../local-account.ts";
import type { WorkerHost } from "../worker-host.ts";
import type { Access } from "./access.ts";
import { refuseUnknown } from "./envelope.ts";
import type { GatewayFault } from "./gateway-wire.ts";
import type { Records } from "./state.ts";
import type { Permission, TokenRecord } from "./token-record.ts";
import type { WorkerRecord } from "./worker-record.ts";

export interface ApiBindings extends Pick<
  LocalAccount,
  "account" | "store" | "objects" | "points"
> {
  readonly workers: WorkerHost;
  /** Checks permissions where the path does not name the account. */
  readonly access: Access;
  /** The newest upload of each Worker; not on disk, and without those before it. */
  readonly versions: Map<string, WorkerRecord>;
  /** Tells whoever runs the account where a Worker answers that was uploaded. */
  readonly print?: ((line: string) => void) | undefined;
  readonly faults?: readonly GatewayFault[] | undefined;
  /** The address that the request comes from. */
  readonly address: string;
}

export interface ApiEnv {
  readonly Bindings: ApiBindings;
  readonly Variables: { token: TokenRecord };
}

export type ApiContext = Context<ApiEnv>;

/** A handler returns what stands in `result` of the envelope, or a Response of its own. */
type Handler = (c: ApiContext) => unknown;

/** A route takes a token with one of its permissions; with `undefined`, any token. */
export type Route = readonly [
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  permissions: readonly Permission[] | undefined,
  handler: Handler,
];

/** Returns the record whose key a part of the path is; throws an ApiError where there is none. */
export function recordAt<K extends keyof Records>(c: ApiContext, kind: K, part: string) {
  return c.env.account.find(kind, param(c, part)) ?? refuseUnknown();
}

/** Removes that record, and returns it. */
export function removeAt<K extends keyof Records>(c: ApiContext, kind: K, part: string) {
  const record = recordAt(c, kind, part);
  c.env.account.remove(kind, param(c, part));
  return record;
}

/** Leaves out of a record the one field that the API does not have. */
export function toWire({ isDeclared, ...record }: { readonly isDeclared: boolean }): object {
  return record;
}

/** Returns a part of the path by its name, which the handler's route must have. */
export function param(c: ApiContext, name: string): string {
  return c.req.param(name) ?? "";
}
