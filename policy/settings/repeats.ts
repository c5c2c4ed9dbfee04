/** Finds items that stand in their list twice, in every list of the schema. */
import { IDENTITIES, REPEATABLE } from "./identities.ts";
import { problemsIn, type Problem } from "./problems.ts";
import { formatPath, jsonSchemas, nodeAt, type Node, type Path } from "./schema.ts";

const TWICE = "is in the list twice; remove one";

/** Finds every such item of a stack, each model as a group. */
export function repeated(raw: Readonly<Record<string, unknown>>): readonly Problem[] {
  const identities = Object.entries(IDENTITIES).filter(([list]) => !REPEATABLE.has(list));
  return [
    ...identities.flatMap(([list, field]) =>
      twice(`${list}[].${field}`, valuesOf(raw[list], field)),
    ),
    ...twice("worker.models[]", valuesOf(Object(raw["worker"]).models, "id")),
    ...repeatedValues(jsonSchemas.legacy, raw, []),
  ];
}

/** Finds values that an earlier item has. */
export function twice(path: string, values: readonly unknown[], message = TWICE) {
  return problemsIn(
    path,
    values,
    (value, index) => value !== undefined && values.indexOf(value) < index && message,
  );
}

/** Finds what the lists of bare values repeat, at any depth. */
function repeatedValues(node: Node, value: unknown, path: Path): readonly Problem[] {
  if (Array.isArray(value) && node.items !== undefined && node.items.properties === undefined)
    return twice(`${formatPath(path)}[]`, value.map(toScalar));
  const isList = Array.isArray(value);
  return Object.entries(typeof value === "string" ? {} : Object(value)).flatMap(([key, item]) => {
    const place = isList ? Number(key) : key;
    return repeatedValues(nodeAt(node, [place]), item, [...path, place]);
  });
}

/** A group, or nothing, in place of a value is reported as that. */
function toScalar(value: unknown): unknown {
  return typeof value === "object" ? undefined : value;
}

/** Lists one field of each item; undefined where an item has none. */
export function valuesOf(list: unknown, field: string): readonly unknown[] {
  return Array.isArray(list) ? list.map((item: unknown): unknown => Object(item)[field]) : [];
}
