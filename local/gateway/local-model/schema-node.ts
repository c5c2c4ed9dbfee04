/** One node of a JSON Schema: what of it is looked at, and what it takes from others. */
import { z } from "zod";

/** A node. */
export const node = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.record(z.string(), z.unknown())).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  prefixItems: z.array(z.unknown()).optional(),
  minItems: z.int().optional(),
  format: z.string().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
});
export type Node = z.output<typeof node>;

/** Joins a node with the parts of its `allOf`. */
export function merge(known: Node, parts: readonly object[], root: unknown): object {
  const nodes = parts.map((part) => {
    const { $ref, ...rest } = node.parse(part);
    return { ...Object($ref === undefined ? {} : resolve(root, $ref)), ...rest };
  });
  const { allOf: _, ...own } = known;
  const all = [own, ...nodes].map((part) => node.parse(part));
  return {
    ...Object.assign({}, ...all),
    properties: Object.assign({}, ...all.map(({ properties }) => properties)),
    required: all.flatMap(({ required }) => required ?? []),
  };
}

/** Resolves a reference within the schema, such as `#/$defs/point`. */
export function resolve(root: unknown, ref: string): unknown {
  return ref
    .split("/")
    .slice(1)
    .map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((at, key) => Object(at)[key], root);
}
