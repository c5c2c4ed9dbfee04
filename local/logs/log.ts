/** A log, for the gateway that writes it and everybody who reads it. */
import type { GatewaySettings } from "../account.ts";

/** What a gateway writes about one request. */
export interface Log {
  /** A UUIDv7, as AI Gateway's ids are since 2026-10-08. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly gateway: string;
  readonly provider: string;
  readonly model: string;
  readonly status: number;
  readonly durationMs: number;
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  /** The cost in US dollars. */
  readonly cost: number | undefined;
  readonly cached: boolean;
  readonly eventId: string;
  /** The trace that the request said it belongs to. */
  readonly traceId?: string | undefined;
  readonly metadata: Metadata;
}

export type Metadata = Readonly<Record<string, unknown>>;

/** The texts of request and answer, as the gateway saw them. */
export interface Bodies {
  readonly request: string;
  readonly response: string;
}

/** A log's feedback: good, bad, or none. */
export type Feedback = 1 | -1 | undefined;

/** A log as it is kept, with what was added after its request. */
export type StoredLog = Log & {
  readonly hasBodies: boolean;
  readonly feedback: Feedback;
  readonly score: number | undefined;
};

/** What may change of a log after its request. */
export type LogChange = Partial<Pick<StoredLog, "feedback" | "score" | "metadata">>;

/** A log with its bodies, where they were kept. */
export interface FoundLog {
  readonly log: StoredLog;
  readonly bodies: Bodies | undefined;
}

/** The declared cap of one gateway. */
export interface Cap {
  readonly maxEntries: number;
  readonly whenFull: "STOP_INSERTING" | "DELETE_OLDEST";
}

/** Returns the cap that a gateway's settings declare. */
export function capOf({ logManagement, logManagementStrategy }: GatewaySettings): Cap {
  return { maxEntries: logManagement, whenFull: logManagementStrategy };
}
