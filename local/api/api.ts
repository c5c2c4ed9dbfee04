/**
 * The parts of Cloudflare's REST API that the provider, the official SDK and the commands of this project call. Anything
 * else answers 501 with its name.
 */
import { Hono, type MiddlewareHandler } from "hono";

import type { Objects } from "../logpush/objects.ts";
import type { LogStore } from "../logs/store.ts";
import type { WorkerHost } from "../worker-host.ts";
import type { Access } from "./access.ts";
import { addBuckets } from "./buckets.ts";
import { API_PATH, ApiError, failure, notImitated } from "./envelope.ts";
import { addGateways } from "./gateways.ts";
import { addLogpush } from "./logpush.ts";
import { addLogs } from "./logs.ts";
import type { AccountState } from "./state.ts";
import type { Permission, TokenRecord } from "./token-record.ts";
import { addTokens } from "./tokens.ts";
import { addWorkers } from "./workers.ts";

export interface ApiArgs {
  readonly account: AccountState;
  readonly access: Access;
  readonly store: LogStore;
  readonly objects: Objects;
  readonly workers: WorkerHost;
}

export interface ApiEnv {
  readonly Bindings: {
    /** Where the call comes from. */
    readonly address: string;
  };
  readonly Variables: { token: TokenRecord };
}

export type Api = Hono<ApiEnv>;

/** Lets a call pass whose token has one of the permissions. */
export type Allow = (...permissions: readonly Permission[]) => MiddlewareHandler<ApiEnv>;

export function createApi(args: ApiArgs): Api {
  const api: Api = new Hono<ApiEnv>().basePath(API_PATH);
  api.onError((error, c) => {
    if (error instanceof ApiError) return failure(c, error);
    console.error(error);
    return failure(c, new ApiError(500, { code: 10_001, message: "internal error" }));
  });
  api.use(async (c, next) => {
    c.set("token", args.access.identify(c.req.header("authorization")));
    await next();
  });
  const allow: Allow =
    (...permissions) =>
    async (c, next) => {
      const place = { accountId: c.req.param("account") ?? "", address: c.env.address };
      args.access.require(c.get("token"), permissions, place);
      await next();
    };

  addGateways(api, allow, args);
  addLogs(api, allow, args);
  addTokens(api, allow, args);
  addWorkers(api, allow, args);
  addBuckets(api, allow, args);
  addLogpush(api, allow, args);
  api.all("*", (c) => failure(c, notImitated(`${c.req.method} ${c.req.path}`)));
  return api;
}
