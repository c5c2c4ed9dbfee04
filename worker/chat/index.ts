/** The chat Worker: bindings in, Response out. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { Hono } from "hono/tiny";

import { authenticate } from "./access.ts";
import { toCompletion, type Completion } from "./completion.ts";
import { BindingError, checkEnv, type Env, type RawEnv } from "./env.ts";
import { describeFailure, noAnswer, tooDeep, unreadable } from "./failures.ts";
import { askModel, type Call, type ModelAnswer } from "./models.ts";
import { errorBody, isRefusal, modelList, readChat, type Refusal } from "./openai.ts";

interface App {
  Bindings: RawEnv;
  Variables: { readonly env: Env; readonly caller: string };
}

/** What finds an answer's log. */
interface Ids {
  readonly eventId: string;
  readonly logId: string | undefined;
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
  if (isUnasked(context.req.raw.headers)) return refuse(context, crossSite);
  return next();
});

app.use(
  createMiddleware<App>(async (context, next) => {
    const { ACCESS, CALLERS } = context.var.env;
    const caller = ACCESS === "open" ? "anonymous" : await authenticate(context.req.raw, CALLERS);
    if (caller === undefined) return refuseUnknownCaller(context);
    context.set("caller", caller);
    return next();
  }),
);

app.get("/", async (context) => {
  // Hono answers HEAD as GET without the body; a look at the headers must not cost a model call.
  if (context.req.raw.method === "HEAD") return context.body(null);
  const { env, caller } = context.var;
  const model = env.MODELS[0];
  const inputs = { messages: [{ role: "user", content: SAMPLE_PROMPT }] };
  return chat(context, { model, inputs, caller, route: "/" }, (completion, ids) => ({
    prompt: SAMPLE_PROMPT,
    answer: completion.choices[0]?.message.content,
    model,
    usage: completion.usage,
    ...ids,
  }));
});

app.get("/v1/models", (context) => context.json(modelList(context.var.env.MODELS)));

app.post(
  "/v1/chat/completions",
  (context, next) =>
    bodyLimit({ maxSize: context.var.env.MAX_BODY_BYTES, onError: refuseTooLarge })(context, next),
  async (context) => {
    const { env, caller } = context.var;
    const request = readChat(await context.req.text(), env.MODELS);
    if (isRefusal(request)) return refuse(context, request);
    return chat(
      context,
      { ...request, caller, route: "/v1/chat/completions" },
      (completion) => completion,
    );
  },
);

app.notFound((context) =>
  refuse(context, {
    status: 404,
    type: "invalid_request_error",
    code: "not_found",
    message: `nothing answers ${context.req.method} ${context.req.path}; see GET /v1/models and POST /v1/chat/completions`,
  }),
);

// Reached by a missing binding and by our own bugs. The message names bindings and routes, never a value.
app.onError((error, context) => {
  console.error({ message: error.message, stack: error.stack });
  context.header("cache-control", "no-store");
  return refuse(context, {
    status: 500,
    type: "server_error",
    ...(error instanceof BindingError
      ? { code: "misconfigured", message: error.message }
      : { code: "internal_error", message: "internal error" }),
  });
});

export default app;

/** Asks the model and shapes its answer. Every answer carries the ids that find its log. */
async function chat(
  context: Context<App>,
  call: Omit<Call, "eventId">,
  shape: (completion: Completion, ids: Ids) => object,
): Promise<Response> {
  const eventId = crypto.randomUUID();
  context.header("x-event-id", eventId);
  let answer: ModelAnswer;
  try {
    answer = await askModel(context.var.env, { ...call, eventId });
  } catch (error) {
    console.error({
      message: "no answer from the gateway",
      eventId,
      model: call.model,
      cause: String(error),
    });
    return refuse(context, error instanceof RangeError ? tooDeep : noAnswer);
  }
  if (answer.logId !== undefined) context.header("x-log-id", answer.logId);
  if (answer.status !== 200) {
    if (answer.retryAfter !== undefined) context.header("retry-after", answer.retryAfter);
    return refuse(context, describeFailure(answer.status, answer.body));
  }
  const completion = toCompletion(answer.body, { id: eventId, model: call.model, now: new Date() });
  if (completion === undefined) return refuse(context, unreadable);
  return context.json(shape(completion, { logId: answer.logId, eventId }));
}

function refuse(context: Context, refusal: Refusal): Response {
  return context.json(errorBody(refusal), refusal.status);
}

function refuseUnknownCaller(context: Context<App>): Response {
  // One line, each scheme with a realm and nothing more: Chromium ignores a list with other parameters.
  context.header("www-authenticate", 'Basic realm="token as password", Bearer realm="token"');
  return refuse(context, {
    status: 401,
    type: "authentication_error",
    code: "invalid_api_key",
    message: "no valid token; send it as a bearer token, or as the password in a browser",
  });
}

function refuseTooLarge(context: Context<App>): Response {
  return refuse(context, {
    status: 413,
    type: "invalid_request_error",
    code: "request_too_large",
    message: `body has more than ${context.var.env.MAX_BODY_BYTES} bytes, the limit of this stack`,
  });
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
