/** Checks what a query selects of a level, and refuses what the level does not have. */
import { GraphQLError } from "./graphql-error.ts";
import type { Selection } from "./parse.ts";

/** Returns the fields of a level, which must have some. */
export function leaves(fields: Selection["fields"], level: string): readonly Selection[] {
  if (fields !== undefined) return fields;
  throw new GraphQLError(400, `object field must have selections: ${level}`);
}

/** Returns the fields of the lowest level, which have none of their own. */
export function inner(fields: Selection["fields"], level: string): readonly Selection[] {
  const all = leaves(fields, level);
  const object = all.find((each) => each.fields !== undefined);
  if (object === undefined) return all;
  throw new GraphQLError(400, `scalar fields must have no selections: ${object.name}`);
}

/** Refuses what is not imitated, or what nothing has. */
export function refuseField(level: string, what: string, known: readonly string[]): GraphQLError {
  const has = `it has ${known.join(", ")}`;
  return new GraphQLError(501, `the local Cloudflare imitates no ${what} of ${level}; ${has}`);
}
