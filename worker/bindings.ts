/** Checks the bindings that a deploy gives to a Worker. */
import * as v from "valibot";

/** A text that is not blank: a gateway id of "" would send the call past the stack's gateway. */
export const text = v.pipe(v.string(), v.trim(), v.minLength(1));

/**
 * A text that a deploy chose, or a check of a caller's identity: no text of a request or of an
 * answer has this type. Telemetry holds no other texts.
 */
export const own = v.pipe(text, v.brand("own"));
/** A text that a deploy chose. */
export type Own = v.InferOutput<typeof own>;

/** Names bindings that are missing or unusable. The message may be shown to a caller. */
export class BindingError extends Error {}

/**
 * Checks bindings that the named file declares. Throws a BindingError with the names of all that
 * are missing or unusable; a value is never shown.
 */
export function checkBindings<Schema extends v.GenericSchema>(
  schema: Schema,
  raw: unknown,
  declaredIn: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, raw);
  if (result.success) return result.output;
  const names = new Set(result.issues.map(({ path }) => String(path?.[0].key)));
  throw new BindingError(
    `Worker has missing or unusable bindings: ${[...names].join(", ")}; ` +
      `${declaredIn} declares them, deploy the stack again`,
  );
}
