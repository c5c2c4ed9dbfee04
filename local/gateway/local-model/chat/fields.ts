/** Reads OpenAI's chat fields, which Workers AI's models take too, into a view. */
import { z } from "zod";

import { textOf, type Choice, type View, type ViewTool } from "../view.ts";

const functionTool = z.object({
  type: z.literal("function"),
  function: z.looseObject({ name: z.string(), parameters: z.unknown().optional() }),
});
const customTool = z.object({
  type: z.literal("custom"),
  custom: z.looseObject({ name: z.string() }),
});
const named = z.union([functionTool, customTool]);

const call = z.looseObject({ id: z.string().optional() });
const message = z.looseObject({
  role: z.string(),
  content: z.unknown().optional(),
  tool_calls: z.array(call).nullish(),
  tool_call_id: z.string().optional(),
});

const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  named,
  z.object({
    type: z.literal("allowed_tools"),
    allowed_tools: z.object({ mode: z.enum(["auto", "required"]), tools: z.array(named) }),
  }),
]);

/** The fields that the model looks at. */
export const chatFields = z.looseObject({
  messages: z.array(message).min(1),
  tools: z.array(z.looseObject({ type: z.string().optional() })).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: z
    .looseObject({ type: z.string(), json_schema: z.looseObject({}).optional() })
    .nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  reasoning_effort: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
});

export type ChatFields = z.output<typeof chatFields>;
export type ChatMessage = ChatFields["messages"][number];

/** Makes a view; `schema` is the answer's, which the callers of this keep in different places. */
export function viewOfChat(model: string, fields: ChatFields, schema?: unknown): View {
  const { messages, tools, tool_choice, response_format, reasoning_effort } = fields;
  return {
    model,
    entries: messages.map(({ role, content }) => ({ role, text: textOf(content) })),
    tools: (tools ?? []).flatMap(toTool),
    choice: toChoice(tool_choice),
    isParallel: fields.parallel_tool_calls !== false,
    ...((response_format?.type ?? "text") !== "text" && { schema: schema ?? {} }),
    maxTokens: fields.max_completion_tokens ?? fields.max_tokens ?? undefined,
    thinks: (reasoning_effort ?? "none") !== "none",
  };
}

const flatTool = z.object({ name: z.string(), parameters: z.unknown().optional() });

function toTool(tool: unknown): ViewTool[] {
  const known = named.safeParse(tool).data;
  if (known?.type === "custom") {
    return [{ name: known.custom.name, schema: undefined, isCustom: true }];
  }
  // Workers AI takes tools without the envelope, too.
  const own = known?.function ?? flatTool.safeParse(tool).data;
  return own === undefined ? [] : [{ name: own.name, schema: own.parameters, isCustom: false }];
}

function toChoice(choice: ChatFields["tool_choice"]): Choice {
  if (choice === undefined || choice === null) return { mode: "auto" };
  if (typeof choice === "string") return { mode: choice };
  if (choice.type !== "allowed_tools") return { mode: "required", only: [nameOf(choice)] };
  const { mode, tools } = choice.allowed_tools;
  return { mode, only: tools.map(nameOf) };
}

function nameOf(tool: z.output<typeof named>): string {
  return tool.type === "function" ? tool.function.name : tool.custom.name;
}
