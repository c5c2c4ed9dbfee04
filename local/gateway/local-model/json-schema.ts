/**
 * Makes a value that matches a JSON Schema, always the same one. What is not required is left out,
 * of alternatives the first is taken, and `pattern` is not looked at.
 */
import { merge, node, resolve, type Node } from "./schema-node.ts";

/** The place in a schema. */
interface Place {
  readonly root: unknown;
  readonly depth: number;
}

// A schema may contain itself; deeper than this, what can end it is taken.
const DEEP = 6;

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-11-28T12:00:00Z",
  date: "2026-11-28",
  time: "12:00:00Z",
  email: "name@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** Makes a value that matches the schema; an object where the schema says nothing. */
export function sampleOf(schema: unknown): unknown {
  return sample(schema, { root: schema, depth: 0 });
}

function sample(schema: unknown, place: Place): unknown {
  const known = node.safeParse(schema).data ?? {};
  const inner = { ...place, depth: place.depth + 1 };
  if (known.$ref !== undefined) return sample(resolve(place.root, known.$ref), inner);
  if ("const" in known) return known["const"];
  if (known.enum !== undefined) return known.enum[0];
  if ("default" in known) return known["default"];
  const alternatives = known.anyOf ?? known.oneOf;
  if (alternatives !== undefined) {
    const ends = alternatives.find((one) => node.safeParse(one).data?.type === "null");
    return sample((place.depth > DEEP ? ends : undefined) ?? alternatives[0], inner);
  }
  if (known.allOf !== undefined) return sample(merge(known, known.allOf, place.root), inner);
  return sampleOfType(known, inner);
}

function sampleOfType(known: Node, place: Place): unknown {
  switch (typeOf(known)) {
    case "array":
      return sampleArray(known, place);
    case "string":
      return sampleText(known);
    case "integer":
      return sampleNumber(known, 1);
    case "number":
      return sampleNumber(known, known.multipleOf ?? 0.5);
    case "boolean":
      return true;
    case "null":
      return null;
    default: {
      const keys = known.required ?? [];
      return Object.fromEntries(keys.map((key) => [key, sample(known.properties?.[key], place)]));
    }
  }
}

function typeOf({ type, items, prefixItems, minLength, format, minimum }: Node): string {
  if (type !== undefined) return (typeof type === "string" ? type : type[0]) ?? "object";
  if (items !== undefined || prefixItems !== undefined) return "array";
  if (minLength !== undefined || format !== undefined) return "string";
  return minimum === undefined ? "object" : "number";
}

function sampleArray({ prefixItems = [], items, minItems }: Node, place: Place): unknown[] {
  const first = prefixItems.map((item) => sample(item, place));
  const wanted = minItems ?? (place.depth > DEEP || items === undefined ? 0 : 1);
  const more = Math.max(0, wanted - first.length);
  return [...first, ...Array.from({ length: more }, () => sample(items, place))];
}

function sampleText({ format, minLength = 0, maxLength = Infinity }: Node): string {
  const text = FORMATS[format ?? ""] ?? "text";
  return text.padEnd(minLength, "x").slice(0, Math.max(minLength, maxLength));
}

function sampleNumber(known: Node, step: number): number {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = known;
  const unit = multipleOf ?? step;
  const above = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + unit / 2;
  const below = exclusiveMaximum === undefined ? maximum : exclusiveMaximum - unit / 2;
  const up = Math.ceil(Math.max(unit, above ?? unit) / unit) * unit;
  return below !== undefined && up > below ? Math.floor(below / unit) * unit : up;
}
