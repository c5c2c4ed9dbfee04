/**
 * Sends spans to the stack's collector. No timer holds one back: a span goes at once, and those
 * that end while others are under way go together in the next call. Spans that a collector does
 * not take are lost, and counted in the line of the request that sent them.
 */
import { parseJson } from "../../json.ts";
import type { Collector, Env } from "../env.ts";
import { toExport, type Span } from "./span.ts";

const TIMEOUT_MS = 5000;
/** The spans that wait for a collector at most. */
const MAX_WAITING = 256;
/** The calls that one request makes for others: a run of a Worker has 50 on the free plan. */
const MAX_CALLS = 10;
/**
 * How long one request begins calls for others. The runtime ends it 30 seconds after its answer,
 * and its own line is written after the last call.
 * https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil
 */
const SENDING_MS = 10_000;
/** How much of a response is read, in characters. */
const MAX_RESPONSE_LENGTH = 4096;

/** The part of the bindings that a call needs. */
type Target = Pick<Env, "TRACES_HEADERS" | "STACK" | "RELEASE" | "GATEWAY_ID"> & {
  readonly TRACES: Collector;
};

/** Sends spans, one call of a collector at a time. */
export class Exporter {
  readonly #waiting: Span[] = [];
  // A moment and not a flag: the runtime may end a request that sends, and nobody would again.
  #busyUntil = 0;

  /** Sends a span, and what waits. Returns what went wrong; undefined where nothing did. */
  async send(span: Span, target: Target): Promise<string | undefined> {
    const begun = Date.now();
    const isBusy = begun < this.#busyUntil;
    if (isBusy && this.#waiting.length >= MAX_WAITING) {
      return lost(1, "the collector does not keep up");
    }
    this.#waiting.push(span);
    if (isBusy) return undefined;
    let failure: string | undefined;
    for (let call = 0; call < MAX_CALLS && this.#waiting.length > 0; call++) {
      if (Date.now() - begun >= SENDING_MS) break;
      this.#busyUntil = Date.now() + 2 * TIMEOUT_MS;
      failure = await post(this.#waiting.splice(0), target);
      // What waits goes with the next request's span.
      if (failure !== undefined) break;
    }
    this.#busyUntil = 0;
    return failure;
  }
}

/** The one exporter of an isolate, which serves one deploy. */
export const exporter = new Exporter();

async function post(spans: readonly Span[], target: Target): Promise<string | undefined> {
  try {
    const response = await fetch(target.TRACES.url, {
      method: "POST",
      headers: { ...target.TRACES_HEADERS, "content-type": "application/json" },
      body: JSON.stringify(toExport(spans, target)),
      // The secret headers are for this address alone.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const rejected = await readRejected(response);
    if (!response.ok) return lost(spans.length, `the collector answered ${response.status}`);
    return rejected === 0 ? undefined : lost(rejected, "the collector rejected them");
  } catch (error) {
    const isLate = error instanceof DOMException && error.name === "TimeoutError";
    // Not the error's own message: it may hold a header's value.
    const why = isLate ? `gave no answer in ${TIMEOUT_MS / 1000} seconds` : "cannot be reached";
    return lost(spans.length, `the collector ${why}`);
  }
}

function lost(count: number, why: string): string {
  return `${count} ${count === 1 ? "span" : "spans"} lost: ${why}`;
}

/** Reads how many spans a collector did not take, of those that it took in part. */
async function readRejected(response: Response): Promise<number> {
  const { partialSuccess }: { partialSuccess?: unknown } = Object(
    parseJson(await readStart(response)),
  );
  const { rejectedSpans }: { rejectedSpans?: unknown } = Object(partialSuccess);
  return Number(rejectedSpans) || 0;
}

/** Reads the beginning of a body, and lets go of the rest. */
async function readStart({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    text += decoder.decode(value, { stream: true });
    if (done || text.length > MAX_RESPONSE_LENGTH) break;
  }
  await reader?.cancel();
  return text;
}
