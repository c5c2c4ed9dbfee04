import * as v from "valibot";

import type { Env } from "../env.ts";
import { readBody } from "../gate/body.ts";
import { RefusalError, readRequest, type Refusal } from "../refusal.ts";
import { noAnswer } from "../models/failures.ts";
import type { Endpoint } from "./endpoint.ts";

/** Keeps a caller's feedback on one of its own answers, in the answer's log. */
export const feedback: Endpoint = {
  method: "POST",
  path: "/v1/feedback",
  isGated: true,
  async answer(context) {
    const { env, caller } = context.var;
    return context.json(await markLog(env, caller, await readBody(context)));
  },
};

const feedbackRequest = v.object({
  // Ids from before and after 2026-10-08 match; anything else must not reach the binding's URL.
  log_id: v.pipe(v.string(), v.regex(/^[0-9A-Za-z-]{1,64}$/, "expected an id, as x-log-id has it")),
  score: v.picklist([-1, 0, 1]),
});

/**
 * Sets a log's feedback: 1 good, -1 bad, 0 neither. Throws a RefusalError where the caller has no
 * such log; another caller's counts as none. A log can be found some seconds after its answer.
 */
async function markLog(env: Env, caller: string, body: string): Promise<object> {
  const { log_id, score } = readRequest(body, feedbackRequest);
  const gateway = env.AI.gateway(env.GATEWAY_ID);
  const log = await gateway.getLog(log_id).catch(refuse);
  if (callerOf(log.metadata) !== caller) throw new RefusalError(noSuchLog);
  await gateway.patchLog(log_id, { feedback: score === 0 ? null : score }).catch(refuse);
  return { log_id, score };
}

function refuse(error: unknown): never {
  const isMissing = error instanceof Error && error.name === "AiGatewayLogNotFound";
  throw new RefusalError(isMissing ? noSuchLog : noAnswer);
}

/** Returns the caller that metadata names: an object from the binding, its JSON from the REST API. */
function callerOf(metadata: unknown): unknown {
  const map: unknown = typeof metadata === "string" ? JSON.parse(metadata) : metadata;
  return Object(map).caller;
}

const noSuchLog: Refusal = {
  status: 404,
  code: "log_not_found",
  param: "log_id",
  message: "you have no log with this id; a new one can be found some seconds after its answer",
};
