/** A call that has ended: what logs, copies, analytics and traces are made of. */
import { authorOf } from "../../policy/gateway/provider-keys.ts";
import { isWorkersAi } from "../../policy/platform.ts";
import type { Bodies, Log } from "../logs/log.ts";
import { costOf } from "./cost.ts";
import type { GatewayRequest } from "./gateway.ts";
import type { RequestOptions } from "./options.ts";

/** What became of a request. */
export interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly pieces?: AsyncIterable<string>;
  readonly cached: boolean;
  readonly isRateLimited?: boolean;
  readonly tokensIn?: number;
  readonly tokensOut?: number;
}

/** The ids of a request, and the moment at which it came, in milliseconds since 1970. */
export interface About {
  readonly logId: string;
  readonly startedAt: number;
  readonly eventId: string;
}

/** A call that has ended, whether its log is kept or not. */
export interface FinishedCall {
  readonly log: Log;
  /** Returns the texts of request and answer, also where no log keeps them. */
  readonly bodies: () => Bodies;
  readonly isRateLimited: boolean;
  readonly options: RequestOptions;
}

/** Describes a call that ends now. */
export function finishedCall(
  { gatewayId, model, inputs, options }: GatewayRequest,
  outcome: Outcome,
  { logId, startedAt, eventId, now }: About & { readonly now: number },
): FinishedCall {
  const { status, cached, tokensIn, tokensOut, isRateLimited = false } = outcome;
  const log = {
    id: logId,
    createdAt: startedAt,
    gateway: gatewayId,
    provider: providerOf(model),
    model,
    status,
    durationMs: now - startedAt,
    tokensIn,
    tokensOut,
    cost: costOf(outcome, options),
    cached,
    eventId,
    traceId: options.traceId,
    metadata: options.metadata ?? {},
  };
  const bodies = () => ({ request: JSON.stringify(inputs ?? null), response: outcome.body });
  return { log, bodies, isRateLimited, options };
}

/** Returns the provider's name in logs and limits. */
export function providerOf(model: string): string {
  return isWorkersAi(model) ? "workers-ai" : authorOf(model);
}
