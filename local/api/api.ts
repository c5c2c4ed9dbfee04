/**
 * The parts of Cloudflare's REST API that the provider, the official SDK and the commands of this
 * project call. Anything else answers 501 with its name.
 */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

import { printFault } from "../print.ts";
import { ALERTING_ROUTES } from "./alerting.ts";
import { ANALYTICS_ROUTES } from "./analytics.ts";
import { BUCKET_ROUTES } from "./buckets.ts";
import { API_PATH, ApiError, failure, notImitated, success } from "./envelope.ts";
import { GATEWAY_ROUTES } from "./gateways.ts";
import { GRAPHQL_ROUTES } from "./graphql.ts";
import { HELD_ROUTES } from "./held.ts";
import { LOGPUSH_ROUTES } from "./logpush.ts";
import { LOG_ROUTES } from "./logs.ts";
import { PROVIDER_CONFIG_ROUTES } from "./provider-configs.ts";
import type { ApiBindings, ApiEnv, Route } from "./route.ts";
import { SECRETS_STORE_ROUTES } from "./secrets-store.ts";
import { TOKEN_ROUTES } from "./tokens.ts";
import { USER_ROUTES } from "./user.ts";
import { SECRET_ROUTES } from "./worker-secrets.ts";
import { VERSION_ROUTES } from "./worker-versions.ts";
import { WORKER_ROUTES } from "./workers.ts";

export const ROUTES: readonly Route[] = [
  ...GATEWAY_ROUTES,
  ...LOG_ROUTES,
  ...TOKEN_ROUTES,
  ...USER_ROUTES,
  ...VERSION_ROUTES,
  ...SECRET_ROUTES,
  ...WORKER_ROUTES,
  ...BUCKET_ROUTES,
  ...LOGPUSH_ROUTES,
  ...GRAPHQL_ROUTES,
  ...HELD_ROUTES,
  ...PROVIDER_CONFIG_ROUTES,
  ...SECRETS_STORE_ROUTES,
  ...ALERTING_ROUTES,
  ...ANALYTICS_ROUTES,
];

type ApiArgs = Omit<ApiBindings, "versions" | "address">;

export type Api = ReturnType<typeof createApi>;

export function createApi(args: ApiArgs) {
  const { access } = args;
  const router = new Hono<ApiEnv>().basePath(API_PATH);
  router.onError((error, c) => {
    if (error instanceof ApiError) return failure(c, error);
    printFault(error);
    return failure(c, new ApiError(500, { code: 10_001, message: "internal error" }));
  });
  router.use(async (c, next) => {
    c.set("token", access.identify(c.req.header("authorization")));
    await next();
  });
  for (const [method, path, permissions, handler] of ROUTES) {
    router.on(method, path, async (c) => {
      const accountId = c.req.param("account");
      const place = { accountId: accountId ?? "", address: c.env.address };
      if (permissions === undefined) access.requireOwn(accountId);
      else access.require(c.var.token, permissions, place);
      const result = await handler(c);
      return result instanceof Response ? result : success(c, result);
    });
  }
  router.all("*", (c) => failure(c, notImitated(`${c.req.method} ${c.req.path}`)));
  const versions: ApiBindings["versions"] = new Map();
  return getRequestListener(
    (request, { incoming }) =>
      router.fetch(request, { ...args, versions, address: incoming.socket.remoteAddress ?? "" }),
    { overrideGlobalObjects: false },
  );
}
