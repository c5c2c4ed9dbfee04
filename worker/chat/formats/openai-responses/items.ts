/** The items of a request's input, as OpenAI's Responses format has them. */
import * as v from "valibot";

import { content } from "./content.ts";
import { tool } from "./tools.ts";

const text = v.nullish(v.string());

const message = v.looseObject({
  role: v.picklist(["user", "assistant", "system", "developer"]),
  content,
});
const functionCall = v.looseObject({
  call_id: v.string(),
  name: v.string(),
  namespace: text,
  arguments: v.string(),
});
const customCall = v.looseObject({
  call_id: v.string(),
  name: v.string(),
  namespace: text,
  input: v.string(),
});
const result = v.looseObject({ call_id: text, output: content });
const thoughts = v.nullish(v.array(v.looseObject({ text })));
const reasoning = v.looseObject({
  summary: thoughts,
  content: thoughts,
  encrypted_content: text,
});
const tools = v.looseObject({ tools: v.array(tool) });
const own = v.looseObject({});

/** The shape of an item by its type. What is `own` no other format has. */
const SHAPES = {
  message,
  function_call: functionCall,
  custom_tool_call: customCall,
  function_call_output: result,
  custom_tool_call_output: result,
  reasoning,
  additional_tools: tools,
  tool_search_output: tools,
  item_reference: own,
  tool_search_call: own,
  computer_call: own,
  computer_call_output: own,
  local_shell_call: own,
  local_shell_call_output: own,
  shell_call: own,
  shell_call_output: own,
  apply_patch_call: own,
  apply_patch_call_output: own,
  file_search_call: own,
  web_search_call: own,
  code_interpreter_call: own,
  image_generation_call: own,
  mcp_list_tools: own,
  mcp_approval_request: own,
  mcp_approval_response: own,
  mcp_call: own,
  program: own,
  program_output: own,
  compaction: own,
  compaction_trigger: own,
  configuration_update: own,
};

type Shapes = typeof SHAPES;
/** An item, by its type. */
export type Item = {
  readonly [Type in keyof Shapes]: {
    readonly type: Type;
    readonly value: v.InferOutput<Shapes[Type]>;
  };
}[keyof Shapes];

const unknownItem = v.looseObject({
  type: v.custom<never>(() => false, "expected the type of an item that is known here"),
});

/** One item; without a type it is a message. */
const item = v.lazy((value) => {
  const type = typeOf(value);
  return isKnown(type) ? SHAPES[type] : unknownItem;
});

/** The whole input: a text, or a list of items. */
export const input = v.lazy((value) =>
  typeof value === "string" ? v.string() : v.array(item, "expected a text, or a list of items"),
);

/** Pairs an item, which the schema has checked, with its type. */
export function toItem(value: object): Item {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema chose the shape by this type
  return { type: typeOf(value), value } as unknown as Item;
}

function typeOf(value: unknown): unknown {
  const { type, role }: Readonly<Record<string, unknown>> = Object(value);
  return (type === undefined || type === null) && typeof role === "string" ? "message" : type;
}

function isKnown(type: unknown): type is keyof Shapes {
  return typeof type === "string" && Object.hasOwn(SHAPES, type);
}
