/** A log, as the Logs API tells it and as the commands use it. */
import { z } from "zod";

import { checkAnswer } from "../account/account.ts";

// What the API may leave out is optional here: a log that lacks a price is still a log.
const listItem = z.object({
  id: z.string().min(1),
  created_at: z.iso.datetime({ offset: true }),
  provider: z.string().nullish(),
  model: z.string().nullish(),
  status_code: z.number().nullish(),
  success: z.boolean(),
  duration: z.number().nullish(),
  tokens_in: z.number().nullish(),
  tokens_out: z.number().nullish(),
  cost: z.number().nullish(),
  cached: z.boolean(),
  metadata: z.unknown(),
});

export interface Log {
  readonly id: string;
  readonly createdAt: Date;
  readonly provider: string;
  readonly model: string;
  readonly status: number | undefined;
  readonly isSuccess: boolean;
  readonly durationMs: number | undefined;
  readonly tokensIn: number | undefined;
  readonly tokensOut: number | undefined;
  /** US dollars. */
  readonly cost: number | undefined;
  readonly isCached: boolean;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Throws a CommandError where it is no log. */
export function parseLog(raw: unknown): Log {
  const data = checkAnswer("a log", listItem, raw);
  return {
    id: data.id,
    createdAt: new Date(data.created_at),
    provider: data.provider ?? "",
    model: data.model ?? "",
    status: data.status_code ?? undefined,
    isSuccess: data.success,
    durationMs: data.duration ?? undefined,
    tokensIn: data.tokens_in ?? undefined,
    tokensOut: data.tokens_out ?? undefined,
    cost: data.cost ?? undefined,
    isCached: data.cached,
    metadata: parseMetadata(data.metadata),
  };
}

/** Undefined where the call did not come through the Worker. */
export function callerOf({ metadata }: Log): string | undefined {
  const { caller } = metadata;
  return typeof caller === "string" ? caller : undefined;
}

const record = z.record(z.string(), z.unknown());

/** Over REST it is text of JSON. What is neither is as good as none. */
function parseMetadata(raw: unknown): Log["metadata"] {
  return record.safeParse(typeof raw === "string" ? parseJson(raw) : raw).data ?? {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
