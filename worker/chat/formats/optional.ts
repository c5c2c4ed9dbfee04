import * as v from "valibot";

/** A field that may be absent; null means the same, as in the clients of all formats. */
export function optional<const Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}
