/** The change of a log, over the REST API and through the binding. */
import { z } from "zod";

const feedback = z.union([z.literal(1), z.literal(-1)]);
const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Reads a change: null takes a value back, and what is not named stays. */
export const logPatch = z.strictObject({
  feedback: orNone(feedback).optional(),
  score: orNone(z.number()).optional(),
  metadata: metadata
    .nullable()
    .transform((value) => value ?? {})
    .exactOptional(),
});

function orNone<T extends z.ZodType>(type: T) {
  return type.nullable().transform((value) => value ?? undefined);
}
