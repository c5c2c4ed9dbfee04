/** Gets one answer: the requested model's, or where it fails, that of another. */
import type { Env } from "../env.ts";
import { RefusalError, type Refusal } from "../refusal.ts";
import { describeFailure, noAnswer, timedOut, tooDeep } from "./failures.ts";
import { callModel, type Call } from "./call.ts";
import { isEventStream, logIdOf, readBody } from "./response.ts";
import type { RequestLine } from "../line/request-line.ts";

/** The request to one model after the other, until one answers. */
interface ModelRequest {
  /** The models to call, in turn. */
  readonly models: readonly string[];
  readonly inputsFor: (model: string) => object;
  /** The stream's options; undefined where the answer is sent whole. */
  readonly stream?: object | undefined;
}

/** What the caller's request adds to each call. */
interface Context extends Pick<Call, "caller" | "trace"> {
  readonly env: Env;
  readonly line: RequestLine;
}

/** Lists a model and those that the stack lets stand in for it. */
export function withFallbacks({ FALLBACKS }: Env, model: string): readonly string[] {
  return [...new Set([model, ...FALLBACKS])];
}

/**
 * Returns a successful answer, with status 200. Throws a RefusalError for the last model's failure.
 * Each model has the whole time limit. Nothing is repeated here: the gateway repeats where the
 * stack says so, and each repeat may be billed. A caller that hangs up before the answer begins is
 * not noticed: workerd of 2026-10 reports it only once an answer streams.
 */
export async function callModels(context: Context, request: ModelRequest): Promise<Response> {
  for (const [index, model] of request.models.entries()) {
    context.line.model = model;
    const answer = await attempt(context, request);
    if (answer instanceof Response) return answer;
    const isLast = index === request.models.length - 1;
    if (isLast || !isWorthAnother(answer.refusal)) throw answer;
  }
  throw new RefusalError(noAnswer);
}

/**
 * Returns whether another model may succeed: this one is slow, busy or broken, and the request is
 * not at fault.
 */
function isWorthAnother({ status, code }: Refusal): boolean {
  return status === 502 || status === 503 || status === 504 || code === "rate_limit_exceeded";
}

async function attempt(context: Context, request: ModelRequest): Promise<Response | RefusalError> {
  const { env, line } = context;
  const timeLimit = AbortSignal.timeout(env.TIMEOUT_MS);
  let response: Response;
  delete line.logId;
  try {
    response = await receive(context, request, timeLimit);
  } catch (error) {
    line.cause = String(error);
    if (timeLimit.aborted) return new RefusalError(timedOut);
    return new RefusalError(error instanceof RangeError ? tooDeep : noAnswer);
  }
  if (response.status === 200) return response;
  const retryAfter = response.headers.get("retry-after");
  return new RefusalError(
    describeFailure(response.status, await readBody(response)),
    retryAfter === null ? {} : { "retry-after": retryAfter },
  );
}

/** Returns a stream once it begins, anything else with its last byte. Throws where none comes. */
async function receive(
  { env, caller, trace, line }: Context,
  { stream, inputsFor }: ModelRequest,
  signal: AbortSignal,
): Promise<Response> {
  const { route, eventId, model = "" } = line;
  const inputs = inputsFor(model);
  const response = await callModel(env, { model, inputs, caller, trace, route, eventId, signal });
  const logId = logIdOf(response);
  if (logId !== undefined) line.logId = logId;
  const isBegun = stream !== undefined && response.status === 200 && isEventStream(response);
  return isBegun ? response : new Response(await response.arrayBuffer(), response);
}
