/** Provides the schema of a stack as plain data, for messages, tables and editors. */
import { z } from "zod";

import { showKey } from "../looks-secret.ts";
import type { Notes } from "./notes.ts";
import { schemas, type LogSystem } from "./settings.ts";

/** A node of the schema: the part of JSON Schema that the settings use, with their own notes. */
export interface Node extends Notes {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  /** The schema of values in a group whose names the stack file chooses. */
  readonly additionalProperties?: false | Node;
  readonly propertyNames?: Node;
}

/** A path in a stack, such as `["callers", 0, "name"]`. */
export type Path = readonly PropertyKey[];

/** The schema of each log system, made at its first use. Legacy has every setting of the other. */
export const jsonSchemas: Readonly<Record<LogSystem, Node>> = {
  get legacy() {
    return (made.legacy ??= toNode(schemas.legacy));
  },
  get observability() {
    return (made.observability ??= toNode(schemas.observability));
  },
};

const made: Partial<Record<LogSystem, Node>> = {};

function toNode(schema: z.core.$ZodType): Node {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- zod's type leaves out the notes of .meta()
  return z.toJSONSchema(schema, { io: "input" }) as Node;
}

/** Returns the node at a path, or an empty node where the schema has none. */
export function nodeAt(root: Node, path: Path): Node {
  return path.reduce<Node | undefined>(child, root) ?? {};
}

/** Returns the node of a value that is no group: where the group has a shorthand, that of its field. */
export function scalarNode(node: Node): Node {
  return node.properties?.[node.shorthand ?? ""] ?? node;
}

/** Checks whether the schema has a node at a path. */
export function hasNode(root: Node, path: Path): boolean {
  return path.reduce<Node | undefined>(child, root) !== undefined;
}

function child(node: Node | undefined, key: PropertyKey): Node | undefined {
  if (typeof key === "number") return node?.items;
  const properties = node?.properties ?? {};
  if (Object.hasOwn(properties, key)) return properties[String(key)];
  return node?.additionalProperties || undefined;
}

/**
 * Formats a path as Pulumi's `--path` accepts it: `logs.maxEntries`, `callers[0].name`. A key that
 * may be a secret is not shown; no name of a setting looks so.
 */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      return `${index === 0 ? "" : "."}${showKey(String(key))}`;
    })
    .join("");
}
