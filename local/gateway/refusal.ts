/** What the gateway itself refuses, before a model is asked. */
import { isReachable } from "../../policy/settings/formats.ts";
import { isWorkersAi } from "../../policy/platform.ts";
import { data } from "../answers.ts";
import type { GatewayAnswer, Way } from "./gateway.ts";
import { namesNoModel } from "./model.ts";
import type { Exceeded } from "./spend-limits.ts";

/**
 * Makes an error of the gateway itself. The list is called `error` here, as seen; Workers AI calls
 * its own `errors`.
 */
export function refusal(status: number, code: number, message: string): GatewayAnswer {
  return data(status, refusalBody(status, code, message));
}

/** Makes the error for what the local gateway does not do; `what` names it. */
export function notImitated(what: string): GatewayAnswer {
  return unsupported(`the local AI Gateway does not imitate ${what}`);
}

/** Makes the error with a message of its own, in a form that every client of the binding reads. */
export function unsupported(message: string): GatewayAnswer {
  const errors = [{ code: 501, message }];
  return data(501, { ...refusalBody(501, 501, message), errors });
}

function refusalBody(status: number, code: number, message: string): object {
  return {
    success: false,
    result: [],
    messages: [],
    error: [{ code, message }],
    name: "AiGatewayError",
    httpCode: status,
    internalCode: code,
    description: message,
  };
}

/** Makes the error of a budget that is used up; only that of a policy's budget is published. */
export function overSpent({ bucket, spent, limit }: Exceeded): GatewayAnswer {
  const error = { message: "Spending limit exceeded", bucket, spent, limit };
  return data(429, { success: false, error });
}

/**
 * Refuses a model that the catalogue of the binding and the REST API lacks; undefined where it may
 * have it. https://github.com/cloudflare/ai/blob/main/packages/gateway-core/src/gateway-providers.ts
 */
export function refuseUnroutable(way: Way, model: string): GatewayAnswer | undefined {
  // Workers AI knows its models itself, and answers with a code of its own.
  const isListed = model.includes("/") && (isWorkersAi(model) || !namesNoModel(model));
  if (way === "provider" || (isListed && isReachable(model))) return undefined;
  // This one it knows, and sells no calls of.
  if (/^perplexity(-ai)?\//.test(model)) {
    return refusal(402, 2021, `${model} is not available via Unified Billing; use BYOK`);
  }
  return refusal(404, 7003, `Model not found: ${model}`);
}
