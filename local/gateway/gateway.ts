/**
 * The local AI Gateway: one request in, one answer out, and what the declared settings make of it
 * on the way.
 */
import { randomUUIDv7 } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { FormatName } from "../../policy/settings/formats.ts";
import { isWorkersAi } from "../../policy/platform.ts";
import type { GatewaySettings } from "../account.ts";
import { data } from "../answers.ts";
import { capOf, type Bodies, type Log } from "../logs/log.ts";
import type { LogStore } from "../logs/store.ts";
import { Cache, defaultTtl } from "./cache.ts";
import { refuseUnpaid, type FindKey } from "./credentials.ts";
import {
  finishedCall,
  providerOf,
  type About,
  type FinishedCall,
  type Outcome,
} from "./finished-call.ts";
import type { Model, ModelReply } from "./model.ts";
import type { RequestOptions } from "./options.ts";
import { RateLimiter } from "./rate-limit.ts";
import { overSpent, refusal, refuseUnroutable } from "./refusal.ts";
import { SpendLimiter, type Spender } from "./spend-limits.ts";
import { readTokens } from "./tokens.ts";

/**
 * The way of a call: the AI binding's run, the REST API, or an endpoint in a provider's own form,
 * to which the binding's universal endpoint belongs.
 */
export type Way = "binding" | "rest" | "provider";

/** A call of a model through a gateway, from whichever way in. */
export interface GatewayRequest {
  /** Absent, it is the binding's run. */
  readonly way?: Way;
  readonly gatewayId: string;
  readonly model: string;
  readonly inputs: unknown;
  readonly options: RequestOptions;
  /** The form of the request, where the way in decides it rather than the model. */
  readonly format?: FormatName;
}

/** An answer, to be sent as it is. */
export interface GatewayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; empty for a stream. */
  readonly body: string;
  readonly pieces?: AsyncIterable<string>;
}

/** Is called with each call that has ended. */
type OnFinished = (call: FinishedCall) => void;
/** Is called with each log that is kept. */
type OnKept = (log: Log, bodies: Bodies | undefined) => void;

/** Answers requests as the declared gateways would, and keeps their logs. */
export class LocalGateway {
  readonly #store: LogStore;
  readonly #model: Model;
  readonly #now: () => number;
  #onFinished: OnFinished = () => {};
  #onKept: OnKept = () => {};
  #findKey: FindKey = () => "none";
  readonly #cache: Cache;
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #spending: SpendLimiter;
  #gateways: ReadonlyMap<string, GatewaySettings> = new Map();

  constructor(store: LogStore, model: Model, now: () => number = Date.now) {
    this.#store = store;
    this.#model = model;
    this.#now = now;
    this.#cache = new Cache(now);
    this.#spending = new SpendLimiter(now);
  }

  /**
   * Replaces the account's gateways. Counts and logs go on; answers cached under other settings do
   * not.
   */
  configure(gateways: ReadonlyMap<string, GatewaySettings>): void {
    this.#gateways = gateways;
    this.#cache.clear();
  }

  /** Sets the one listener of all calls: a second replaces the first. */
  onFinished(listener: OnFinished): void {
    this.#onFinished = listener;
  }

  /** Sets the one listener of kept logs: a second replaces the first. */
  onKept(listener: OnKept): void {
    this.#onKept = listener;
  }

  /** Sets where stored keys of providers are found. */
  keysFrom(find: FindKey): void {
    this.#findKey = find;
  }

  settings(gatewayId: string): GatewaySettings | undefined {
    return this.#gateways.get(gatewayId);
  }

  async handle(request: GatewayRequest): Promise<GatewayAnswer> {
    const settings = this.#gateways.get(request.gatewayId);
    if (settings === undefined) {
      return refusal(400, 2001, "Please configure AI Gateway in the Cloudflare dashboard");
    }
    // One id for all three. https://developers.cloudflare.com/changelog/product/ai-gateway/ (2026-10-08)
    const logId = randomUUIDv7();
    const eventId = request.options.eventId ?? logId;
    const about = { logId, startedAt: this.#now(), eventId };
    const outcome = await this.#answer(request, settings);
    const { pieces } = outcome;
    const isKept =
      pieces === undefined
        ? this.#finish(request, settings, outcome, about)
        : this.#willLog(request, settings);
    return {
      status: outcome.status,
      headers: {
        "content-type": contentType(outcome),
        "cf-aig-cache-status": outcome.cached ? "HIT" : "MISS",
        "cf-aig-request-id": logId,
        "cf-aig-event-id": eventId,
        ...(isKept && { "cf-aig-log-id": logId }),
      },
      body: outcome.body,
      ...(pieces && {
        pieces: logAtEnd(pieces, (body) =>
          this.#finish(request, settings, { ...outcome, body, ...readTokens(body) }, about),
        ),
      }),
    };
  }

  /** Asks a model of Workers AI without a gateway: nothing is logged, counted or cached. */
  async runAlone({
    model,
    inputs,
    format,
  }: Pick<GatewayRequest, "model" | "inputs" | "format">): Promise<GatewayAnswer> {
    const reply = await this.#model(model, inputs, format).catch(() => undefined);
    if (reply === undefined) {
      const errors = [{ code: 3040, message: "Capacity temporarily exceeded, please try again." }];
      return data(429, { success: false, result: {}, errors, messages: [] });
    }
    const headers = { "content-type": contentType(reply), "cf-ai-req-id": randomUUIDv7() };
    return { ...reply, headers };
  }

  async #answer(request: GatewayRequest, settings: GatewaySettings): Promise<Outcome> {
    const { way = "binding", model, inputs, options, format } = request;
    const unknown = refuseUnroutable(way, model);
    if (unknown !== undefined) return { ...unknown, cached: false };
    const ttl = options.cacheTtlSeconds ?? defaultTtl(options, settings);
    // The binding's run does not cache a third party's model.
    // https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider
    const isCacheable = way !== "binding" || isWorkersAi(model);
    const usesCache = ttl > 0 && options.skipCache !== true && isCacheable;
    const key = options.cacheKey ?? JSON.stringify([request.gatewayId, model, inputs, format]);
    const hit = usesCache ? this.#cache.get(key) : undefined;
    // The cache comes before the rate limit: an answer from it does not count.
    if (hit !== undefined) return { ...hit, status: 200, cached: true };

    const isAccepted = this.#limiter(request.gatewayId).accept({
      limit: settings.rateLimitingLimit,
      intervalSeconds: settings.rateLimitingInterval,
      technique: settings.rateLimitingTechnique,
    });
    if (!isAccepted) {
      return { ...refusal(429, 2003, "Rate limited"), cached: false, isRateLimited: true };
    }
    const exceeded = this.#spending.find(settings.spendLimits, spenderOf(request));
    if (exceeded !== undefined) return { ...overSpent(exceeded), cached: false };

    const unpaid = refuseUnpaid(request, settings, this.#findKey);
    if (unpaid !== undefined) return { ...unpaid, cached: false };

    const reply = await this.#callWithRetries(request, settings);
    if (reply === undefined) {
      return { ...refusal(400, 2005, "Failed to get response from provider"), cached: false };
    }
    // A stream is not cached. https://developers.cloudflare.com/ai-gateway/features/caching/
    if (reply.pieces !== undefined) return { ...reply, cached: false };
    const answer = { body: reply.body, ...readTokens(reply.body) };
    if (usesCache && reply.status === 200) this.#cache.set(key, answer, ttl);
    return { ...answer, status: reply.status, cached: false };
  }

  /** Calls the model until it answers; undefined when the last attempt failed, too. */
  async #callWithRetries(
    request: GatewayRequest,
    settings: GatewaySettings,
  ): Promise<ModelReply | undefined> {
    const retries = request.options.maxAttempts ?? settings.retryMaxAttempts ?? 0;
    const delay = request.options.retryDelayMs ?? settings.retryDelay ?? 0;
    const backoff = request.options.backoff ?? settings.retryBackoff ?? "constant";
    for (let retry = 0; ; retry++) {
      const reply = await this.#model(request.model, request.inputs, request.format).catch(
        () => undefined,
      );
      const hasFailed = reply === undefined || reply.status === 429 || reply.status >= 500;
      if (!hasFailed) return reply;
      if (retry >= retries) return undefined;
      const factor = { constant: 1, linear: retry + 1, exponential: 2 ** retry }[backoff];
      await sleep(delay * factor);
    }
  }

  /** Returns whether a log will be kept: one must be wanted, and there must be room. */
  #willLog(request: GatewayRequest, settings: GatewaySettings): boolean {
    return wantsLog(request, settings) && this.#store.hasRoom(request.gatewayId, capOf(settings));
  }

  /** Counts what a request has cost, and keeps a log if one is wanted. */
  #finish(
    request: GatewayRequest,
    settings: GatewaySettings,
    outcome: Outcome,
    about: About,
  ): boolean {
    const call = finishedCall(request, outcome, { ...about, now: this.#now() });
    const { log, options } = call;
    this.#spending.add(settings.spendLimits, spenderOf(request), log.cost ?? 0);
    this.#onFinished(call);
    if (!wantsLog(request, settings)) return false;
    const bodies = (options.collectLogPayload ?? true) ? call.bodies() : undefined;
    const isKept = this.#store.insert(log, bodies, capOf(settings));
    if (isKept) this.#onKept(log, bodies);
    return isKept;
  }

  #limiter(gatewayId: string): RateLimiter {
    const limiter = this.#limiters.get(gatewayId) ?? new RateLimiter(this.#now);
    this.#limiters.set(gatewayId, limiter);
    return limiter;
  }
}

function contentType({ pieces }: Pick<ModelReply, "pieces">): string {
  // It must be exactly this: the binding parses no other content type.
  return pieces === undefined ? "application/json" : "text/event-stream";
}

/** Returns whether a log is wanted: the request decides before the gateway. */
function wantsLog({ options }: GatewayRequest, { collectLogs }: GatewaySettings): boolean {
  return options.collectLog ?? collectLogs;
}

function spenderOf({ gatewayId, model, options }: GatewayRequest): Spender {
  return { gatewayId, model, provider: providerOf(model), metadata: options.metadata ?? {} };
}

/** Passes the pieces on, and logs them when they end, or when nobody wants more. */
async function* logAtEnd(
  pieces: AsyncIterable<string>,
  log: (body: string) => void,
): AsyncGenerator<string> {
  let body = "";
  try {
    for await (const piece of pieces) {
      body += piece;
      yield piece;
    }
  } finally {
    log(body);
  }
}
