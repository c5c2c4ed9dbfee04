import type { Operation } from "../endpoints/endpoint.ts";
import type { Env, Model } from "../env.ts";
import type { Usage } from "../formats/conversation.ts";

/** What telemetry reports of a request beside its line: numbers, and names of the stack's own. */
export interface Measures {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  operation: Operation | undefined;
  isStreamed: boolean;
  /** The model that the caller asked for. */
  requested?: Model["id"];
  /** How many models failed before the one that was called last. */
  fallbacks: number;
  /** How long the first event of a stream took, in milliseconds. */
  firstEventMs?: number;
  /** The tokens that the last model reported, as far as its answer was read. */
  usage?: Partial<Counts>;
}

type Counts = Pick<Usage, "input" | "output" | "cached" | "cacheWritten" | "reasoning">;

/** Begins to measure a request. */
export function openMeasures(): Measures {
  return { startedAt: Date.now(), operation: undefined, isStreamed: false, fallbacks: 0 };
}

/** Returns whether the stack sends telemetry. */
export function isMeasured({ TRACES, METRICS }: Env): boolean {
  return TRACES !== undefined || METRICS !== undefined;
}

/** Returns a function that notes the tokens of an answer, and nothing else of what it is given. */
export function noteUsage(measures: Measures): (usage: Usage) => void {
  return ({ input, output, cached, cacheWritten, reasoning }) => {
    measures.usage = { input, output, cached, cacheWritten, reasoning };
  };
}
