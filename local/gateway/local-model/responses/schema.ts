/** The shape of the fields of OpenAI's Responses format that the model looks at. */
import { z } from "zod";

import { inputItems } from "./input.ts";
import { responsesTool } from "./tools.ts";

// One tool, or `allowed_tools` with a mode and several.
const toolChoice = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  mode: z.enum(["auto", "required"]).optional(),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).optional(),
});

export const responsesFields = z.looseObject({
  input: z.union([z.string(), inputItems]),
  instructions: z.string().nullish(),
  tools: z.array(responsesTool).nullish(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), toolChoice]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z
    .looseObject({
      format: z
        .discriminatedUnion("type", [
          z.looseObject({ type: z.enum(["text", "json_object"]) }),
          z.looseObject({
            type: z.literal("json_schema"),
            name: z.string(),
            schema: z.looseObject({}),
          }),
        ])
        .optional(),
    })
    .nullish(),
  reasoning: z
    .looseObject({ effort: z.string().nullish(), summary: z.string().nullish() })
    .nullish(),
  include: z.array(z.string()).nullish(),
  // The API says so itself: "integer below minimum value. Expected a value >= 16".
  max_output_tokens: z.int().min(16).nullish(),
  store: z.boolean().nullish(),
  stream: z.boolean().nullish(),
});

export type ResponsesFields = z.output<typeof responsesFields>;
