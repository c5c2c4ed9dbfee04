/** Whether a value made from a schema matches it, judged by zod, which made the schema. */
import { expect, test } from "vitest";
import { z } from "zod";

import { sampleOf } from "../../../local/gateway/local-model/json-schema.ts";

const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});
const list = z.object({
  value: z.int(),
  get next() {
    return z.union([list, z.null()]);
  },
});

test.each<[string, z.ZodType]>([
  ["texts", z.object({ a: z.string().min(9), b: z.string().max(2), c: z.string().length(3) })],
  ["formats", z.tuple([z.email(), z.iso.date(), z.iso.datetime(), z.uuid(), z.url()])],
  [
    "numbers",
    z.tuple([
      z.int().min(7),
      z.number().gt(2).lt(3),
      z.int().gt(4),
      z.int().max(-3),
      z.int().multipleOf(5).min(12),
      z.number().max(0.2),
    ]),
  ],
  ["choices", z.object({ a: z.enum(["x", "y"]), b: z.literal(4), c: z.literal(["p", "q"]) })],
  [
    "lists",
    z.object({
      a: z.array(z.boolean()).min(3),
      b: z.array(z.null()),
      c: z.set(z.int()).optional(),
    }),
  ],
  ["alternatives", z.union([z.object({ a: z.int() }), z.string()])],
  ["nullable ones", z.object({ a: z.string().nullable(), b: z.null() })],
  ["both of two", z.intersection(z.object({ a: z.int() }), z.object({ b: z.string() }))],
  ["nested ones", z.object({ a: z.object({ b: z.object({ c: z.boolean() }) }) })],
  ["a tree", tree],
  ["a linked list", list],
  ["a record", z.record(z.string(), z.int())],
])("a value made from a schema matches it: %s", (_what, schema) => {
  const made = sampleOf(z.toJSONSchema(schema, { unrepresentable: "any" }));

  expect(schema.safeParse(made)).toMatchObject({ success: true });
});

test("what is not required is left out, and definitions are followed", () => {
  const schema = {
    $defs: { "a/b": { enum: ["x"] } },
    type: "object",
    properties: { at: { $ref: "#/$defs/a~1b" }, more: { type: "string" } },
    required: ["at"],
  };

  expect(sampleOf(schema)).toEqual({ at: "x" });
});

const REFERRING = {
  $defs: { "a~b": { properties: { a: { const: 1 } }, required: ["a"] } },
  allOf: [
    { $ref: "#/$defs/a~0b" },
    { properties: { b: { const: 2 } }, required: ["b"] },
    { properties: { d: { const: 4 } } },
  ],
  properties: { c: { const: 3 } },
  required: ["c"],
};

test.each([
  // What a schema has says what it is for where it has no type.
  [{}, {}],
  [undefined, {}],
  [{ type: [] }, {}],
  // No schema, which asks for nothing.
  [{ enum: "x" }, {}],
  [{ required: ["a"] }, { a: {} }],
  [{ items: { type: "null" } }, [null]],
  [{ prefixItems: [{ type: "boolean" }] }, [true]],
  [{ minLength: 6 }, "textxx"],
  [{ format: "date" }, "2026-11-28"],
  [{ minimum: 3 }, 3],
  [{ type: "array" }, []],
  [{ type: "array", items: { type: "null" } }, [null]],
  [{ type: "array", items: { type: "null" }, minItems: 0 }, []],
  [{ type: "array", prefixItems: [{ const: 1 }], items: { const: 2 }, minItems: 3 }, [1, 2, 2]],
  [{ type: "string", format: "time" }, "12:00:00Z"],
  [{ type: "string", format: "uri" }, "https://example.com/"],
  [{ type: "string", format: "unheard-of" }, "text"],
  [{ type: "integer", maximum: 9 }, 1],
  [{ type: "integer", exclusiveMinimum: 1 }, 2],
  [{ type: "number", maximum: -3 }, -3],
  [{ type: "number", exclusiveMaximum: -2 }, -2.5],
  // Of alternatives the first is taken, as long as the schema is not deep in itself.
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "text"],
  [{ oneOf: [{ const: 1 }, { type: "null" }] }, 1],
  [{ anyOf: [true, { type: "null" }] }, {}],
  [REFERRING, { a: 1, b: 2, c: 3 }],
])("of the schema %j is made %j", (schema, value) => {
  expect(sampleOf(schema)).toEqual(value);
});

test("the first type of several is taken, and a default before all", () => {
  expect(sampleOf({ type: ["string", "null"] })).toBe("text");
  expect(sampleOf({ type: "string", default: "d" })).toBe("d");
});
