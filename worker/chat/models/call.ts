/** The one way to a model: through the stack's gateway, under the stack's log policy. */
import type { Env } from "../env.ts";
import type { Trace } from "../line/trace.ts";

/** One call of a model. */
export interface Call {
  readonly model: string;
  readonly inputs: object;
  /** The caller's name, for the log's metadata. */
  readonly caller: string;
  /** The Worker's own route, for the log's metadata. */
  readonly route: string;
  /** The id that finds the log, also where no answer comes that could name it. */
  readonly eventId: string;
  /** The caller's trace, which an exported one joins. */
  readonly trace: Trace;
  readonly signal: AbortSignal;
  /** Whether another model is called where this one fails. */
  readonly hasFallback?: boolean;
}

/**
 * Calls a model and returns the gateway's answer, whatever its status. Throws when no answer came,
 * or the signal ended the call.
 *
 * Gateway id, collection and bodies are set on every call, and come from the stack alone. No header
 * and no field of the inbound request reaches the options.
 */
export async function callModel(env: Env, call: Call): Promise<Response> {
  return env.AI.run(call.model, call.inputs, {
    gateway: {
      id: env.GATEWAY_ID,
      collectLog: env.COLLECT_LOGS !== "none",
      eventId: call.eventId,
      // At most five entries: the gateway drops the rest.
      // https://developers.cloudflare.com/ai-gateway/observability/custom-metadata/
      metadata: { stack: env.STACK, caller: call.caller, release: env.RELEASE, route: call.route },
    },
    // The binding has no option for bodies; the header is the documented switch.
    // https://developers.cloudflare.com/ai-gateway/observability/logging/
    extraHeaders: {
      "cf-aig-collect-log-payload": String(env.COLLECT_LOGS === "full"),
      // https://developers.cloudflare.com/ai-gateway/observability/otel-integration/
      "cf-aig-otel-trace-id": call.trace.traceId,
      "cf-aig-otel-parent-span-id": call.trace.spanId,
    },
    // Not env.AI.aiGatewayLogId: the binding keeps one for all calls, and two at once overwrite
    // each other's.
    returnRawResponse: true,
    signal: call.signal,
    // The next model answers sooner than one that queues for capacity.
    // https://developers.cloudflare.com/workers-ai/features/reject-if-busy/
    ...(call.hasFallback === true && isWorkersAi(call.model) && { rejectIfBusy: true }),
  });
}

/** Returns whether Cloudflare runs the model itself; a third party's takes other fields. */
export function isWorkersAi(model: string): boolean {
  return model.startsWith("@cf/");
}
