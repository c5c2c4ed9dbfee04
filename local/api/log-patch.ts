/** The change of a log, over the REST API and through the binding. */
import { z } from "zod";

import type { LogChange } from "../logs/log.ts";

const value = z.union([z.string(), z.number(), z.boolean()]);

export const logPatch = z.strictObject({
  feedback: z.union([z.literal(1), z.literal(-1), z.null()]).optional(),
  score: z.number().nullable().optional(),
  metadata: z.record(z.string(), value).nullable().optional(),
});

/** Reads a change: null takes a value back, and what is not named stays. */
export function readPatch(patch: z.output<typeof logPatch>): LogChange {
  return {
    ...("feedback" in patch && { feedback: patch.feedback ?? undefined }),
    ...("score" in patch && { score: patch.score ?? undefined }),
    ...("metadata" in patch && { metadata: patch.metadata ?? {} }),
  };
}
