/** A log, as the Logs API answers and as the commands use it. */
import { z } from "zod";

import { checkAnswer } from "../account/account.ts";
import { parseJson } from "../cli/json.ts";

const metadataSchema = z.record(z.string(), z.unknown());

// What the API may leave out is optional here: a log that lacks a price is still a log.
const schema = z
  .object({
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
  })
  .transform((data) => ({
    id: data.id,
    createdAt: new Date(data.created_at),
    provider: data.provider ?? "",
    model: data.model ?? "",
    status: data.status_code ?? undefined,
    isSuccess: data.success,
    durationMs: data.duration ?? undefined,
    tokensIn: data.tokens_in ?? undefined,
    tokensOut: data.tokens_out ?? undefined,
    /** US dollars. */
    cost: data.cost ?? undefined,
    isCached: data.cached,
    metadata: parseMetadata(data.metadata),
  }));

export type Log = Readonly<z.output<typeof schema>>;

/** Throws a CommandError where it is no log. */
export function parseLog(raw: unknown): Log {
  return checkAnswer("a log", schema, raw);
}

/** Returns undefined where the call did not come through the Worker. */
export function callerOf({ metadata }: Log): string | undefined {
  const { caller } = metadata;
  return typeof caller === "string" ? caller : undefined;
}

/** Reads metadata, which over REST is text of JSON. What is neither is as good as none. */
export function parseMetadata(raw: unknown): Readonly<Record<string, unknown>> {
  return metadataSchema.safeParse(typeof raw === "string" ? parseJson(raw) : raw).data ?? {};
}
