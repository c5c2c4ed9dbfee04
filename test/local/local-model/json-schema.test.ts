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

test("the first type of several is taken, and a default before all", () => {
  expect(sampleOf({ type: ["string", "null"] })).toBe("text");
  expect(sampleOf({ type: "string", default: "d" })).toBe("d");
});
