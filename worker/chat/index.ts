/** The chat Worker: bindings in, Response out. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";

import { BindingError } from "../bindings.ts";
import type { App } from "./context.ts";
import { errorBodyFor, routeOf, withOneV1, type Endpoint } from "./endpoints/endpoint.ts";
import { ENDPOINTS } from "./endpoints/endpoints.ts";
import { NOT_SERVED } from "./endpoints/not-served.ts";
import { checkEnv } from "./env.ts";
import { allowPages, identifyCaller, limitCaller, refuseOtherSites } from "./gate/gate.ts";
import { lineIds } from "./line/request-line.ts";
import { logRequest } from "./line/request-log.ts";
import { RefusalError, isHopeless, type Refusal } from "./refusal.ts";

const app = new Hono<App>();
const endpoints: readonly Endpoint[] = Object.values(ENDPOINTS);

app.use(logRequest);
app.use(async (context, next) => {
  context.set("env", checkEnv(context.env));
  await next();
});
app.use(allowPages);
endpoints.filter(({ isGated }) => !isGated).forEach(serve);
app.use(refuseOtherSites, identifyCaller, limitCaller);
endpoints.filter(({ isGated }) => isGated).forEach(serve);
// After every endpoint: what comes so far has the path of one, and another method.
for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) refuseOthers(path);
app.notFound((context) => refuse(context, nothingThere(context.req.method, context.req.path)));

// The error is a refusal, a missing binding, or our own bug. The message names bindings and routes,
// never a value.
app.onError((error, context) => {
  if (error instanceof RefusalError) {
    for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
    return refuse(context, error.refusal);
  }
  context.var.line.cause = error.stack ?? error.message;
  return refuse(context, {
    status: 500,
    ...(error instanceof BindingError
      ? { code: "misconfigured", message: error.message }
      : { code: "internal_error", message: "internal error" }),
  });
});

export default app;

function serve(endpoint: Endpoint): void {
  app.on(endpoint.method, endpoint.path, (context) => {
    // Hono answers HEAD as GET without the body; a look at the headers must not cost a model call.
    if (endpoint.operation !== undefined && context.req.raw.method === "HEAD")
      return context.body(null);
    context.var.line.route = routeOf(endpoint);
    context.var.measures.operation = endpoint.operation;
    return endpoint.answer(context);
  });
}

function refuseOthers(path: string): void {
  const there = endpoints.filter((endpoint) => endpoint.path === path);
  // Hono answers HEAD wherever it answers GET.
  const allow = there.flatMap(({ method }) => (method === "GET" ? [method, "HEAD"] : method));
  const ways = there.map((endpoint) => `${endpoint.method} ${routeOf(endpoint)}`);
  app.all(path, ({ req }) => {
    const message = `${req.path} does not take ${req.method}; see ${ways.join(", ")}`;
    const refusal = { status: 405, code: "method_not_allowed", message } as const;
    throw new RefusalError(refusal, { allow: allow.join(", ") });
  });
}

function refuse(context: Context<App>, refusal: Refusal): Response {
  const { line } = context.var;
  line.code = refusal.code;
  // OpenAI's and Anthropic's SDKs repeat 429 and 5xx unless this header forbids it.
  if (isHopeless(refusal)) context.header("x-should-retry", "false");
  const errorBody = errorBodyFor(endpoints, context.req.path);
  return context.json(errorBody(refusal, lineIds(line)), refusal.status);
}

function nothingThere(method: string, path: string): Refusal {
  const reason = NOT_SERVED.get(path);
  if (reason !== undefined) return { status: 404, code: "not_supported", message: reason };
  const ways = endpoints.map((endpoint) => `${endpoint.method} ${routeOf(endpoint)}`);
  const meant = `${method} ${withOneV1(path)}`;
  const fault = path.startsWith("/v1/") ? "has one /v1 too many" : "lacks /v1";
  const hint = ways.includes(meant)
    ? `the base URL ${fault}, for ${meant}`
    : `see ${ways.join(", ")}`;
  return { status: 404, code: "not_found", message: `nothing answers ${method} ${path}; ${hint}` };
}
