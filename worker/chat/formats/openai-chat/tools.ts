/** What a model may call, and in which form it shall answer, as OpenAI's protocol has them. */
import * as v from "valibot";

const isFunction = v.literal("function", 'expected "function"; custom tools are not supported');
const name = v.pipe(v.string(), v.minLength(1));
// Not v.record, which takes a list for one, and leaves out keys such as "constructor".
const schema = v.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);

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

/** Not v.union, which would not say what is wrong with either. */
export const toolChoice = v.lazy((choice): typeof toolMode | typeof namedTool =>
  typeof choice === "string" ? toolMode : namedTool,
);

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
