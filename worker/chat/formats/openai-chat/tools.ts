/** The tools and the response format of a chat, as OpenAI's protocol has them. */
import * as v from "valibot";

const isFunction = v.literal("function", 'expected "function"; custom tools are not supported');
const name = v.pipe(v.string(), v.minLength(1));
// Not v.record, which accepts a list, and drops keys such as "constructor".
const schema = v.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);

/** A tool that the model may call: a function. */
export const tool = v.object({
  type: isFunction,
  function: v.object({
    name,
    description: v.nullish(v.string()),
    parameters: v.nullish(schema),
    strict: v.nullish(v.boolean()),
  }),
});

const toolMode = v.picklist(["none", "auto", "required"]);
const namedTool = v.object({ type: isFunction, function: v.object({ name }) });

/**
 * The tool that the model must call, if any. Not v.union, which would not report what is wrong with
 * either form.
 */
export const toolChoice = v.lazy((choice): typeof toolMode | typeof namedTool =>
  typeof choice === "string" ? toolMode : namedTool,
);

/** The form of the answer: text, JSON, or JSON that matches a schema. */
export const responseFormat = v.variant("type", [
  v.object({ type: v.picklist(["text", "json_object"]) }),
  v.object({
    type: v.literal("json_schema"),
    json_schema: v.object({
      name,
      description: v.nullish(v.string()),
      schema,
      strict: v.nullish(v.boolean()),
    }),
  }),
]);
