/** The chat Worker: bindings in, Response out. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";

import { ask, type Question } from "./models/ask.ts";
import { readChat } from "./formats/openai-chat/request.ts";
import { toCompletion, type Completion } from "./formats/openai-chat/completion.ts";
import { readEmbeddingRequest, toEmbeddings } from "./formats/openai-embeddings/embeddings.ts";
import type { App } from "./context.ts";
import { BindingError, checkEnv, type Env } from "./env.ts";
import { RefusalError, errorBody, requireModel, type Refusal } from "./refusal.ts";
import { unreadable } from "./models/failures.ts";
import { markLog } from "./endpoints/feedback.ts";
import {
  allowPages,
  identifyCaller,
  limitBody,
  limitCaller,
  refuseOtherSites,
} from "./gate/gate.ts";
import { describeModel, modelList } from "./endpoints/models.ts";
import { isEventStream, readBody } from "./models/call.ts";
import {
  lineHeaders,
  openLine,
  writeLine,
  type RequestLine,
  type StreamEnd,
} from "./line/request-line.ts";
import { toChunkStream, type StreamArgs } from "./formats/openai-chat/stream.ts";
import { continueTrace, formatTrace } from "./line/trace.ts";

const SAMPLE_PROMPT = "In one sentence: what does an AI gateway do?";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
};

const app = new Hono<App>();

// Around everything: ids and headers on every answer, and one line about every request.
app.use(async (context, next) => {
  const startedAt = Date.now();
  const trace = continueTrace(context.req.header("traceparent"));
  const line = openLine(context.req.method, trace);
  context.set("trace", trace);
  context.set("line", line);
  context.set("writeLine", () => {
    if (line.route !== "/health") writeLine(line, context.res.status, Date.now() - startedAt);
  });
  await next();
  const headers = { ...HEADERS, ...lineHeaders(line), traceparent: formatTrace(trace) };
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  // A stream's line is written when it ends.
  if (line.stream === undefined) context.var.writeLine();
});

app.use(async (context, next) => {
  context.set("env", checkEnv(context.env));
  await next();
});

app.use(allowPages);

app.get("/health", (context) => {
  context.var.line.route = "/health";
  return context.json({ status: "ok" });
});

app.use(refuseOtherSites, identifyCaller, limitCaller, limitBody);

app.get("/", async (context) => {
  // Hono answers HEAD as GET without the body; a look at the headers must not cost a model call.
  if (context.req.raw.method === "HEAD") return context.body(null);
  const { env, line } = context.var;
  line.route = "/";
  const inputsFor = () => ({ messages: [{ role: "user", content: SAMPLE_PROMPT }] });
  const response = await askFor(context, {
    models: withFallbacks(env, env.MODELS[0]),
    inputsFor,
  });
  const { choices, model, usage } = await readCompletion(response, line);
  return context.json({
    prompt: SAMPLE_PROMPT,
    answer: choices[0]?.message.content,
    model,
    usage,
    logId: line.logId,
    eventId: line.eventId,
  });
});

app.get("/v1/models", (context) => {
  context.var.line.route = "/v1/models";
  return context.json(modelList(context.var.env.MODELS));
});

// A model's id has slashes, which OpenAI's SDK for JavaScript encodes and others send as they are.
app.get("/v1/models/:id{.+}", (context) => {
  const { env, line } = context.var;
  line.route = "/v1/models/:id";
  const id = context.req.param("id");
  requireModel(id, env.MODELS);
  return context.json(describeModel(id));
});

app.post("/v1/chat/completions", async (context) => {
  const { env, line } = context.var;
  line.route = "/v1/chat/completions";
  const chat = readChat(await context.req.text(), env.MODELS);
  const response = await askFor(context, { ...chat, models: withFallbacks(env, chat.model) });
  if (chat.stream === undefined) return context.json(await readCompletion(response, line));
  return streamChunks(context, response, chat.stream);
});

app.post("/v1/embeddings", async (context) => {
  const { env, line } = context.var;
  line.route = "/v1/embeddings";
  const request = readEmbeddingRequest(await context.req.text(), env.MODELS);
  // No fallback: another model's vectors have nothing to do with those that a caller keeps.
  const response = await askFor(context, { ...request, models: [request.model] });
  const embeddings = toEmbeddings(await readBody(response), request);
  if (embeddings === undefined) throw new RefusalError(unreadable);
  return context.json(embeddings);
});

app.post("/v1/feedback", async (context) => {
  const { env, caller, line } = context.var;
  line.route = "/v1/feedback";
  return context.json(await markLog(env, caller, await context.req.text()));
});

app.notFound((context) => refuse(context, nothingThere(context.req.method, context.req.path)));

// A refusal, a missing binding, or our own bug. The message names bindings and routes, never a value.
app.onError((error, context) => {
  if (error instanceof RefusalError) {
    for (const [name, value] of Object.entries(error.headers)) context.header(name, value);
    return refuse(context, error.refusal);
  }
  context.var.line.cause = error.stack ?? error.message;
  return refuse(context, {
    status: 500,
    type: "server_error",
    ...(error instanceof BindingError
      ? { code: "misconfigured", message: error.message }
      : { code: "internal_error", message: "internal error" }),
  });
});

export default app;

function askFor(
  context: Context<App>,
  question: Pick<Question, "models" | "inputsFor" | "stream">,
): Promise<Response> {
  const { env, caller, trace, line } = context.var;
  const { models, inputsFor, stream } = question;
  return ask(env, { models, inputsFor, stream, caller, trace }, line);
}

function withFallbacks({ FALLBACKS }: Env, model: string): readonly string[] {
  return [...new Set([model, ...FALLBACKS])];
}

async function readCompletion(
  response: Response,
  { eventId, model = "" }: RequestLine,
): Promise<Completion> {
  const about = { id: eventId, model, now: new Date() };
  const completion = toCompletion(await readBody(response), about);
  if (completion === undefined) throw new RefusalError(unreadable);
  return completion;
}

function streamChunks(
  context: Context<App>,
  response: Response,
  options: Pick<StreamArgs, "includeUsage">,
): Response {
  if (!isEventStream(response) || response.body === null) throw new RefusalError(unreadable);
  const { line } = context.var;
  line.stream = "open";
  const { eventId: id, model = "" } = line;
  const args = { id, model, now: new Date(), ids: idsOf(line), ...options };
  const { promise: ended, resolve: end } = Promise.withResolvers<StreamEnd>();
  context.req.raw.signal.addEventListener("abort", () => end("cancelled"));
  // Otherwise the runtime drops the request without a word when its caller hangs up.
  const writeLineAtEnd = async () => {
    line.stream = await ended;
    context.var.writeLine();
  };
  context.executionCtx.waitUntil(writeLineAtEnd());
  const chunks = toChunkStream(response.body, args, end);
  context.header("content-type", "text/event-stream; charset=utf-8");
  return context.body(chunks);
}

function refuse(context: Context<App>, refusal: Refusal): Response {
  const { line } = context.var;
  line.code = refusal.code;
  return context.json(errorBody(refusal, idsOf(line)), refusal.status);
}

function idsOf({ eventId, logId, traceId }: RequestLine): object {
  return { event_id: eventId, log_id: logId ?? null, trace_id: traceId };
}

function nothingThere(method: string, path: string): Refusal {
  return {
    status: 404,
    type: "invalid_request_error",
    code: "not_found",
    message: `nothing answers ${method} ${path}; see GET /v1/models, POST /v1/chat/completions, /v1/embeddings and /v1/feedback`,
  };
}
