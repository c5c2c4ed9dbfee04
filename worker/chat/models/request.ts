/** Gets one answer: the requested model's, or where it fails, that of another. */
import type { Env, Model } from "../env.ts";
import { RefusalError } from "../refusal.ts";
import {
  describeFailure,
  isWorthAnother,
  noAnswer,
  retryHeaders,
  timedOut,
  tooDeep,
} from "./failures.ts";
import { callModel, type Call } from "./call.ts";
import { isEventStream, logIdOf, readBody } from "./response.ts";
import type { Measures } from "../line/measures.ts";
import type { RequestLine } from "../line/request-line.ts";

/** The request to one model after the other, until one answers. */
export interface ModelRequest<Answer> {
  /** The models to call, in turn; the first is the one that the caller named. */
  readonly models: readonly Model[];
  /** Makes a model's inputs. Throws a RefusalError where its format cannot hold the request. */
  readonly inputsFor: (model: Model) => object;
  readonly isStreamed?: boolean;
  /**
   * Reads a model's answer, with status 200. Throws a RefusalError where that cannot be done, which
   * counts as the model's failure. `isLast` is whether no other model follows.
   */
  readonly read: (response: Response, model: Model, isLast: boolean) => Promise<Answer>;
}

/** What the caller's request adds to each call. */
interface Context extends Pick<Call, "caller" | "trace"> {
  readonly env: Env;
  readonly line: RequestLine;
  readonly measures: Measures;
}

/**
 * Returns a model's answer. Throws a RefusalError for the last model's failure. Each model has the
 * whole time limit. Nothing is repeated here: the gateway repeats where the stack says so, and each
 * repeat may be billed. A caller that hangs up before the answer begins is not noticed: workerd of
 * 2026-10 reports it only once an answer streams.
 */
export async function callModels<Answer>(
  context: Context,
  request: ModelRequest<Answer>,
): Promise<Answer> {
  const { models, inputsFor, isStreamed = false, read } = request;
  let failure: RefusalError | undefined;
  for (const [index, model] of models.entries()) {
    const isLast = index === models.length - 1;
    try {
      // Only now: a large request is not written for a model that is never asked.
      const call = { model, inputs: inputsFor(model) };
      context.line.model = model.id;
      context.measures.requested ??= model.id;
      context.measures.fallbacks = index;
      const response = await attempt(context, call, { isStreamed, hasFallback: !isLast });
      return await read(response, model, isLast);
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      // A fallback that cannot hold the request is passed over.
      const isHeld = index === 0 || context.line.model === model.id;
      if (isHeld) failure = error;
      if (isHeld && !isWorthAnother(error.refusal)) throw error;
    }
  }
  throw failure ?? new RefusalError(noAnswer);
}

interface Prepared {
  readonly model: Model;
  readonly inputs: object;
}

/** How a model is called. */
interface Manner {
  readonly isStreamed: boolean;
  /** Whether another model stands in where this one is busy. */
  readonly hasFallback: boolean;
}

/** Returns an answer with status 200. Throws a RefusalError for every other. */
async function attempt(context: Context, call: Prepared, how: Manner): Promise<Response> {
  const { env, line } = context;
  const timeLimit = AbortSignal.timeout(env.TIMEOUT_MS);
  let response: Response;
  delete line.logId;
  try {
    response = await receive(context, call, { ...how, signal: timeLimit });
  } catch (error) {
    line.cause = String(error);
    if (timeLimit.aborted) throw new RefusalError(timedOut);
    throw new RefusalError(error instanceof RangeError ? tooDeep : noAnswer);
  }
  if (response.status === 200) return response;
  const refusal = describeFailure(response.status, await readBody(response));
  throw new RefusalError(refusal, retryHeaders(response.headers, refusal));
}

/** Returns a stream once it begins, anything else with its last byte. Throws where none comes. */
async function receive(
  { env, caller, trace, line }: Context,
  { model, inputs }: Prepared,
  { isStreamed, ...how }: Manner & { readonly signal: AbortSignal },
): Promise<Response> {
  const { route, eventId } = line;
  const call = { model: model.id, inputs, caller, trace, route, eventId, ...how };
  const response = await callModel(env, call);
  const logId = logIdOf(response);
  if (logId !== undefined) line.logId = logId;
  const isBegun = isStreamed && response.status === 200 && isEventStream(response);
  return isBegun ? response : new Response(await response.arrayBuffer(), response);
}
