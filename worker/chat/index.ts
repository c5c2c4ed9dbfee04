/** The chat Worker: bindings in, Response out. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { Hono } from "hono/tiny";

import { authenticate } from "./access.ts";
import { readChat } from "./chat-request.ts";
import { toCompletion, type Completion } from "./completion.ts";
import { readEmbeddingRequest, toEmbeddings } from "./embeddings.ts";
import { BindingError, checkEnv, type Env, type RawEnv } from "./env.ts";
import { RefusalError, errorBody, type Refusal } from "./errors.ts";
import { describeFailure, noAnswer, tooDeep, unreadable } from "./failures.ts";
import { modelList } from "./model-list.ts";
import { askModel, logIdOf, readBody, type Call } from "./models.ts";
import { toChunkStream, type StreamArgs } from "./stream.ts";

interface App {
  Bindings: RawEnv;
  Variables: { readonly env: Env; readonly caller: string };
}

const SAMPLE_PROMPT = "In one sentence: what does an AI gateway do?";

const app = new Hono<App>();

app.use(async (context, next) => {
  context.header("cache-control", "no-store");
  context.set("env", checkEnv(context.env));
  await next();
});

app.get("/health", (context) => context.json({ status: "ok" }));

app.use(async (context, next) => {
  if (isUnasked(context.req.raw.headers)) throw new RefusalError(crossSite);
  return next();
});

app.use(
  createMiddleware<App>(async (context, next) => {
    const { ACCESS, CALLERS } = context.var.env;
    const caller = ACCESS === "open" ? "anonymous" : await authenticate(context.req.raw, CALLERS);
    if (caller === undefined) {
      // One line, each scheme with a realm and nothing more: Chromium ignores a list with other parameters.
      context.header("www-authenticate", 'Basic realm="token as password", Bearer realm="token"');
      throw new RefusalError(unknownCaller);
    }
    context.set("caller", caller);
    return next();
  }),
);

app.use(
  createMiddleware<App>((context, next) => {
    const maxSize = context.var.env.MAX_BODY_BYTES;
    const onError = () => {
      throw new RefusalError(tooLarge(maxSize));
    };
    return bodyLimit({ maxSize, onError })(context, next);
  }),
);

app.get("/", async (context) => {
  // Hono answers HEAD as GET without the body; a look at the headers must not cost a model call.
  if (context.req.raw.method === "HEAD") return context.body(null);
  const model = context.var.env.MODELS[0];
  const inputs = { messages: [{ role: "user", content: SAMPLE_PROMPT }] };
  const answer = await ask(context, { model, inputs, route: "/" });
  const completion = await readCompletion(answer, model);
  return context.json({
    prompt: SAMPLE_PROMPT,
    answer: completion.choices[0]?.message.content,
    model,
    usage: completion.usage,
    logId: logIdOf(answer.response),
    eventId: answer.eventId,
  });
});

app.get("/v1/models", (context) => context.json(modelList(context.var.env.MODELS)));

app.post("/v1/chat/completions", async (context) => {
  const { model, inputs, stream } = readChat(await context.req.text(), context.var.env.MODELS);
  const answer = await ask(context, { model, inputs, route: "/v1/chat/completions" });
  if (stream === undefined) return context.json(await readCompletion(answer, model));
  const { response, eventId } = answer;
  return streamChunks(context, response, { id: eventId, model, now: new Date(), ...stream });
});

app.post("/v1/embeddings", async (context) => {
  const request = readEmbeddingRequest(await context.req.text(), context.var.env.MODELS);
  const { model, inputs } = request;
  const { response } = await ask(context, { model, inputs, route: "/v1/embeddings" });
  const embeddings = toEmbeddings(await readBody(response), request);
  if (embeddings === undefined) throw new RefusalError(unreadable);
  return context.json(embeddings);
});

app.notFound((context) => refuse(context, nothingThere(context.req.method, context.req.path)));

// A refusal, a missing binding, or our own bug. The message names bindings and routes, never a value.
app.onError((error, context) => {
  context.header("cache-control", "no-store");
  if (error instanceof RefusalError) return refuse(context, error.refusal);
  console.error({ message: error.message, stack: error.stack });
  return refuse(context, {
    status: 500,
    type: "server_error",
    ...(error instanceof BindingError
      ? { code: "misconfigured", message: error.message }
      : { code: "internal_error", message: "internal error" }),
  });
});

export default app;

interface Answer {
  readonly response: Response;
  readonly eventId: string;
}

/** A success of the model; throws a RefusalError for anything else. Every answer carries the ids that find its log. */
async function ask(
  context: Context<App>,
  call: Pick<Call, "model" | "inputs" | "route">,
): Promise<Answer> {
  const { env, caller } = context.var;
  const eventId = crypto.randomUUID();
  context.header("x-event-id", eventId);
  const response = await askModel(env, { ...call, caller, eventId }).catch((error: unknown) => {
    const cause = String(error);
    console.error({ message: "no answer from the gateway", eventId, model: call.model, cause });
    throw new RefusalError(error instanceof RangeError ? tooDeep : noAnswer);
  });
  const logId = logIdOf(response);
  if (logId !== undefined) context.header("x-log-id", logId);
  if (response.status === 200) return { response, eventId };

  const retryAfter = response.headers.get("retry-after");
  if (retryAfter !== null) context.header("retry-after", retryAfter);
  throw new RefusalError(describeFailure(response.status, await readBody(response)));
}

async function readCompletion({ response, eventId }: Answer, model: string): Promise<Completion> {
  const about = { id: eventId, model, now: new Date() };
  const completion = toCompletion(await readBody(response), about);
  if (completion === undefined) throw new RefusalError(unreadable);
  return completion;
}

function streamChunks(context: Context<App>, response: Response, args: StreamArgs): Response {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!isStream || response.body === null) throw new RefusalError(unreadable);
  context.header("content-type", "text/event-stream; charset=utf-8");
  return context.body(toChunkStream(response.body, args));
}

function refuse(context: Context, refusal: Refusal): Response {
  return context.json(errorBody(refusal), refusal.status);
}

const unknownCaller: Refusal = {
  status: 401,
  type: "authentication_error",
  code: "invalid_api_key",
  message: "no valid token; send it as a bearer token, or as the password in a browser",
};

function tooLarge(limit: number): Refusal {
  return {
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `body has more than ${limit} bytes, the limit of this stack`,
  };
}

function nothingThere(method: string, path: string): Refusal {
  return {
    status: 404,
    type: "invalid_request_error",
    code: "not_found",
    message: `nothing answers ${method} ${path}; see GET /v1/models, POST /v1/chat/completions and POST /v1/embeddings`,
  };
}

// A model call costs money, and a browser that holds the token sends it by itself: no other site may ask, by a form, a
// script or a link, and no prefetch.
const crossSite: Refusal = {
  status: 403,
  type: "permission_error",
  code: "cross_site",
  message: "another site may not ask on your behalf; in a browser, type the address itself",
};

function isUnasked(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site") ?? "none";
  return !["none", "same-origin"].includes(site) || headers.has("sec-purpose");
}
