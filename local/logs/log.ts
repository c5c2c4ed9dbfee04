/** A log, for the gateway that writes it and everybody who reads it. */
import type { GatewaySettings } from "../account.ts";
import { boolean, optional, text, whole, type RowOf } from "./table.ts";

export type Metadata = Readonly<Record<string, unknown>>;

/** A log's feedback: good, bad, or none. */
export type Feedback = 1 | -1 | undefined;

/**
 * The fields of a log, of which its type and its table are made. A new one is optional: files of
 * earlier versions have it of no log.
 */
export const LOG_FIELDS = {
  /** A UUIDv7, as AI Gateway's ids are since 2026-10-08. */
  id: { ...text, type: "TEXT NOT NULL UNIQUE" },
  /** Milliseconds since 1970. */
  createdAt: whole,
  gateway: text,
  provider: text,
  model: text,
  status: whole,
  durationMs: whole,
  tokensIn: optional<number>("INTEGER"),
  tokensOut: optional<number>("INTEGER"),
  /** The cost in US dollars. */
  cost: optional<number>("REAL"),
  cached: boolean,
  eventId: text,
  /** The trace that the request said it belongs to. */
  traceId: optional<string>("TEXT"),
  metadata: {
    type: "TEXT NOT NULL",
    read: (value: unknown): Metadata => JSON.parse(String(value)),
    write: (value: Metadata) => JSON.stringify(value),
  },
  feedback: optional<1 | -1>("INTEGER"),
  score: optional<number>("REAL"),
};

/** A log as it is kept, with what was added after its request. */
export type StoredLog = RowOf<typeof LOG_FIELDS> & { readonly hasBodies: boolean };

/** What a gateway writes about one request. */
export type Log = Omit<StoredLog, "hasBodies" | "feedback" | "score">;

/** The texts of request and answer, as the gateway saw them. */
export interface Bodies {
  readonly request: string;
  readonly response: string;
}

export type LogChange = Partial<Pick<StoredLog, "feedback" | "score" | "metadata">>;

export interface FoundLog {
  readonly log: StoredLog;
  readonly bodies: Bodies | undefined;
}

export interface Cap {
  readonly maxEntries: number;
  readonly whenFull: "STOP_INSERTING" | "DELETE_OLDEST";
}

export function capOf({ logManagement, logManagementStrategy }: GatewaySettings): Cap {
  return { maxEntries: logManagement, whenFull: logManagementStrategy };
}
