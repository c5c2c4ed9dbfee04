/**
 * Exports traces to the collectors that a gateway declares, as far as they are on this machine: a
 * trace holds prompt and answer, and a run on a laptop sends them to nobody else by itself.
 */
import { reasonOf } from "../../policy/reason.ts";
import type { GatewaySettings } from "../account.ts";
import type { FinishedCall } from "../gateway/finished-call.ts";
import { LOOPBACK_NAMES } from "../host-guard.ts";
import { printError } from "../print.ts";
import { toTrace, type Trace } from "./span.ts";

type Collector = NonNullable<GatewaySettings["otels"]>[number];

/** A trace, and what became of it at each collector that the gateway declares. */
export interface KeptTrace {
  readonly logId: string;
  readonly gateway: string;
  readonly exports: readonly { readonly url: string; readonly fate: string }[];
  readonly trace: Trace;
}

interface ExporterArgs {
  readonly settingsOf: (gateway: string) => GatewaySettings | undefined;
  /** Takes the traces in place of every declared collector. */
  readonly collector?: URL | undefined;
}

// They are in memory alone: they hold prompts, also where the stack keeps no log of them.
const KEPT = 200;
const TIMEOUT_MS = 10_000;

/** Sends the trace of each call, and keeps the newest. */
export class TraceExporter {
  readonly #args: ExporterArgs;
  #traces: readonly KeptTrace[] = [];
  /** The URLs that took no trace when they were last tried. */
  readonly #failing = new Set<string>();

  constructor(args: ExporterArgs) {
    this.#args = args;
  }

  /** Exports a call of a gateway that declares collectors. */
  add(call: FinishedCall): void {
    const { id, gateway } = call.log;
    const declared = this.#args.settingsOf(gateway)?.otels ?? [];
    if (declared.length === 0) return;
    const trace = toTrace(call);
    const exports = declared.map((each) => {
      const { url, headers, fate } = this.#place(each);
      if (url !== undefined) void this.#send(url, headers, trace);
      return { url: each.url, fate };
    });
    this.#traces = [{ logId: id, gateway, exports, trace }, ...this.#traces].slice(0, KEPT);
  }

  /** Lists the traces that are kept, the newest first. */
  list(): readonly KeptTrace[] {
    return this.#traces;
  }

  find(logId: string): KeptTrace | undefined {
    return this.#traces.find((each) => each.logId === logId);
  }

  /** Decides where a trace goes; it goes nowhere without a URL. */
  #place({ url, headers, contentType }: Collector) {
    const { collector } = this.#args;
    // The declared headers are for the declared collector: they hold its key.
    if (collector !== undefined) {
      return { url: collector.href, headers: {}, fate: `sent to ${collector.href} in its place` };
    }
    if (!isHere(url)) return { fate: "kept here: the URL leads off this machine" };
    if (contentType === "protobuf") return { fate: "kept here: protobuf is not imitated" };
    return { url, headers, fate: "sent" };
  }

  /** Sends a trace. A failure is printed once for each URL, and told to no caller. */
  async #send(url: string, headers: Collector["headers"] = {}, trace: Trace): Promise<void> {
    try {
      const { ok, status } = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(trace),
        // Where it leads to may be anywhere.
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!ok) throw new Error(`status ${status}`);
      this.#failing.delete(url);
    } catch (error) {
      if (this.#failing.has(url)) return;
      this.#failing.add(url);
      const { cause } = error instanceof Error ? error : {};
      printError(`traces are not taken by ${new URL(url).host}: ${reasonOf(cause ?? error)}`);
    }
  }
}

function isHere(url: string): boolean {
  const { hostname } = new URL(url);
  return LOOPBACK_NAMES.includes(hostname) || hostname === "[::1]";
}
