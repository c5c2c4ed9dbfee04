/** Collects the traces of gateways and of Workers, and sends them where they may go. */
import { reasonOf } from "../../policy/reason.ts";
import type { FinishedCall } from "../gateway/finished-call.ts";
import type { StoredLog } from "../logs/log.ts";
import { printError } from "../print.ts";
import { toTrace } from "./gateway-trace.ts";
import { placeOf, type Collector, type Target } from "./place.ts";
import { SpanStore } from "./spans.ts";
import { readTraces, type KeptTrace } from "./trace.ts";

interface CollectorArgs {
  /** The file of the Workers' spans; `:memory:` ends with the process. */
  readonly file: string;
  /** Takes the traces in place of every declared collector. */
  readonly instead?: URL | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const KEPT_CALLS = 200;
const TIMEOUT_MS = 10_000;

/** Keeps the newest traces, and sends each on to its place. */
export class TraceCollector {
  readonly #args: CollectorArgs;
  // Not in the file: they hold prompts, also where the stack keeps no log of them.
  #calls: readonly KeptTrace[] = [];
  readonly #spans: SpanStore;
  /** The URLs that took no trace when they were last tried. */
  readonly #failing = new Set<string>();

  constructor(args: CollectorArgs) {
    this.#args = args;
    this.#spans = new SpanStore(args.file);
  }

  /** Exports a call to the collectors that its gateway declares; its caller does not wait. */
  addCall(call: FinishedCall, collectors: readonly Collector[]): void {
    if (collectors.length === 0) return;
    const trace = toTrace(call);
    const places = collectors.map((each) => ({
      url: each.url,
      ...placeOf(each, this.#args.instead),
    }));
    // One that takes the place of several gets the trace once.
    const targets = places.flatMap(({ target }) => target ?? []);
    for (const target of new Map(targets.map((each) => [each.url, each])).values()) {
      void this.#send(target, JSON.stringify(trace));
    }
    const exports = places.map(({ url, fate }) => ({ url, fate }));
    const { id: logId, gateway: name } = call.log;
    const about = { sender: "gateway", name, logId, keptAt: this.#args.now() } as const;
    this.#calls = [{ ...about, exports, trace }, ...this.#calls].slice(0, KEPT_CALLS);
  }

  /** Takes what a Worker exports. Returns the response of the collector that got it. */
  async takeExport(worker: string, collector: Collector, body: string): Promise<Answer> {
    const traces = readTraces(body);
    if (traces === undefined) return { status: 400, body: "spans are taken as OTLP in JSON\n" };
    const { fate, target } = placeOf(collector, this.#args.instead);
    const exports = [{ url: collector.url, fate }];
    const about = { sender: "Worker", name: worker, keptAt: this.#args.now(), exports } as const;
    for (const trace of traces) this.#spans.add({ ...about, trace });
    return target === undefined ? { status: 200, body: "{}" } : this.#send(target, body);
  }

  list(): readonly KeptTrace[] {
    return [...this.#spans.list(), ...this.#calls].toSorted((a, b) => b.keptAt - a.keptAt);
  }

  /** Lists what belongs to a log: the trace of its call, and the spans of its request. */
  find({ id, eventId }: Pick<StoredLog, "id" | "eventId">): readonly KeptTrace[] {
    return [...this.#calls.filter(({ logId }) => logId === id), ...this.#spans.list(eventId)];
  }

  close(): void {
    this.#spans.close();
  }

  /** Sends a trace. A failure is printed once for each URL. */
  async #send({ url, headers }: Target, body: string): Promise<Answer> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
        // Where it leads to may be anywhere.
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer = { status: response.status, body: await response.text() };
      if (response.ok) this.#failing.delete(url);
      else this.#fail(url, `status ${response.status}`);
      return answer;
    } catch (error) {
      this.#fail(url, whyOf(error));
      return { status: 502, body: "" };
    }
  }

  #fail(url: string, why: string): void {
    if (this.#failing.has(url)) return;
    this.#failing.add(url);
    printError(`traces are not taken by ${new URL(url).host}: ${why}`);
  }
}

/** Not every error's own message: one about a header quotes its value. */
function whyOf(error: unknown): string {
  const { name, cause } = error instanceof Error ? error : {};
  if (name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} seconds`;
  // An attempt at several addresses of one name has no message.
  return cause === undefined ? "it cannot be called" : reasonOf(cause) || "no connection";
}
