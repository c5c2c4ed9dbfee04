import type { Context } from "hono";

import type { App } from "../context.ts";
import { errorBody, type Refusal } from "../refusal.ts";

/**
 * What is asked of a model, as OpenTelemetry names it.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
 */
export type Operation = "chat" | "text_completion" | "embeddings";

/** The name of an endpoint in the request's line: no text of a request is one. */
export type Route = string & { readonly [route]: true };
declare const route: unique symbol;

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
  /** What an answer asks of a model; absent where it asks none. */
  readonly operation?: Operation | undefined;
  /** Makes the body of an error; OpenAI's form where it is absent. */
  readonly errorBody?: (refusal: Refusal, ids: object) => object;
  answer(context: Context<App>): Response | Promise<Response>;
}

/**
 * Names an endpoint in the request's line and in the log's metadata: its path without a parameter's
 * pattern.
 */
export function routeOf({ path }: Pick<Endpoint, "path">): Route {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the path is the endpoint's own, and no request's
  return path.replace(/\{.*\}/, "") as Route;
}

/** Returns the path that a client means whose base URL lacks `/v1`, or has it once too often. */
export function withOneV1(path: string): string {
  return `/v1${path.replace(/^(?:\/v1)+(?=\/)/, "")}`;
}

/**
 * Makes the body of an error in the form of the endpoint that a path belongs to, or is meant for: a
 * client shows no message of another form.
 */
export function errorBodyFor(
  endpoints: readonly Endpoint[],
  path: string,
): NonNullable<Endpoint["errorBody"]> {
  const meant = withOneV1(path);
  const endpoint = endpoints.find(
    (each) => meant === each.path || meant.startsWith(`${each.path}/`),
  );
  return endpoint?.errorBody ?? errorBody;
}
