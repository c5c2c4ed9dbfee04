/** Which tools a model may or must call, as OpenAI's Responses format has it. */
import * as v from "valibot";

import type { ToolChoice } from "../conversation.ts";
import type { Reading } from "./reading.ts";
import { requireTool } from "./tools.ts";

const mode = v.picklist(["none", "auto", "required"]);
const named = v.looseObject({
  type: v.picklist(["function", "custom"]),
  name: v.pipe(v.string(), v.minLength(1)),
});
const allowed = v.looseObject({
  type: v.literal("allowed_tools"),
  mode: v.picklist(["auto", "required"]),
  tools: v.array(v.looseObject({ type: v.string(), name: v.nullish(v.string()) })),
});
const other = v.looseObject({ type: v.string() });

/** A mode, one tool, or the tools that are allowed of those in the request. */
export const toolChoiceShape = v.lazy(
  (choice): typeof mode | typeof named | typeof allowed | typeof other => {
    if (typeof choice === "string") return mode;
    const type: unknown = Object(choice).type;
    if (type === "allowed_tools") return allowed;
    return type === "function" || type === "custom" ? named : other;
  },
);

type Choice = v.InferOutput<typeof toolChoiceShape>;

/** Reads which tools may or must be called. */
export function readToolChoice(choice: Choice, reading: Reading): ToolChoice | undefined {
  if (typeof choice === "string") return { mode: choice };
  if (isAllowed(choice)) return readAllowed(choice, reading);
  if (isNamed(choice)) return { mode: "required", only: [choice.name] };
  requireTool(choice.type, "tool_choice", reading);
  return reading.keepOwn(choice.type, "tool_choice");
}

function readAllowed(choice: v.InferOutput<typeof allowed>, reading: Reading): ToolChoice {
  const only = choice.tools.flatMap(({ type, name }, index) => {
    const path = `tool_choice.tools.${index}`;
    requireTool(type, path, reading);
    if (name !== null && name !== undefined) return [name];
    reading.keepOwn(type, path);
    return [];
  });
  return { mode: choice.mode, only };
}

function isAllowed(choice: Exclude<Choice, string>): choice is v.InferOutput<typeof allowed> {
  return choice.type === "allowed_tools";
}

function isNamed(choice: Exclude<Choice, string>): choice is v.InferOutput<typeof named> {
  return choice.type === "function" || choice.type === "custom";
}
