/** The tools and the response format of a chat, as OpenAI's protocol has them. */
import * as v from "valibot";

import { optional } from "../optional.ts";
import { plainObject } from "../plain-object.ts";

const isFunction = v.literal("function");
const name = v.pipe(v.string(), v.minLength(1));

/** A tool that the model may call: a function, or one that takes a text. */
export const tool = v.variant("type", [
  v.object({
    type: isFunction,
    function: v.object({
      name,
      description: optional(v.string()),
      parameters: optional(plainObject),
      strict: optional(v.boolean()),
    }),
  }),
  v.object({
    type: v.literal("custom"),
    custom: v.object({
      name,
      description: optional(v.string()),
      format: optional(v.unknown()),
    }),
  }),
]);

const toolMode = v.picklist(["none", "auto", "required"]);
const namedFunction = v.object({ type: isFunction, function: v.object({ name }) });
const namedCustom = v.object({ type: v.literal("custom"), custom: v.object({ name }) });
const named = v.variant("type", [namedFunction, namedCustom]);
const allowed = v.object({
  type: v.literal("allowed_tools"),
  allowed_tools: v.object({ mode: v.picklist(["auto", "required"]), tools: v.array(named) }),
});
const choice = v.variant("type", [namedFunction, namedCustom, allowed]);

/**
 * The tool that the model must call, if any. Not v.union, which would not report what is wrong with
 * either format.
 */
export const toolChoice = v.lazy((value): typeof toolMode | typeof choice =>
  typeof value === "string" ? toolMode : choice,
);

/** The form of the answer: text, JSON, or JSON that matches a schema. */
export const responseFormat = v.variant("type", [
  v.object({ type: v.picklist(["text", "json_object"]) }),
  v.object({
    type: v.literal("json_schema"),
    json_schema: v.object({
      name,
      description: optional(v.string()),
      schema: optional(plainObject),
      strict: optional(v.boolean()),
    }),
  }),
]);
