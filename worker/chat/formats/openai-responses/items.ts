/** The items of a request's input, as OpenAI's Responses format has them. */
import * as v from "valibot";

import { contentShape } from "./content.ts";
import { toolShape } from "./tools.ts";

const text = v.nullish(v.string());

const message = v.looseObject({
  role: v.picklist(["user", "assistant", "system", "developer"]),
  content: contentShape,
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
const result = v.looseObject({ call_id: text, output: contentShape });
const thoughts = v.nullish(v.array(v.looseObject({ text })));
const reasoning = v.looseObject({
  summary: thoughts,
  content: thoughts,
  encrypted_content: text,
});
const tools = v.looseObject({ tools: v.array(toolShape) });
const own = v.looseObject({});

/** The shapes of the items that are read, by type. */
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
};

/** The items that no other format has: they pass as they are. */
const OWN: ReadonlySet<unknown> = new Set([
  "tool_search_call",
  "computer_call",
  "computer_call_output",
  "local_shell_call",
  "local_shell_call_output",
  "shell_call",
  "shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
  "file_search_call",
  "web_search_call",
  "code_interpreter_call",
  "image_generation_call",
  "mcp_list_tools",
  "mcp_approval_request",
  "mcp_approval_response",
  "mcp_call",
  "program",
  "program_output",
  "compaction",
  "compaction_trigger",
  "configuration_update",
]);

type Shapes = typeof SHAPES;
/** An item, by its type. */
export type Item =
  | { readonly type: "own"; readonly name: string; readonly value: object }
  | {
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
  if (isKnown(type)) return SHAPES[type];
  return OWN.has(type) ? own : unknownItem;
});

/** The whole input: a text, or a list of items. */
export const input = v.lazy((value) =>
  typeof value === "string" ? v.string() : v.array(item, "expected a text, or a list of items"),
);

/** Pairs an item, which the schema has checked, with its type. */
export function toItem(value: object): Item {
  const type = typeOf(value);
  if (!isKnown(type)) return { type: "own", name: String(type), value };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema chose the shape by this type
  return { type, value } as unknown as Item;
}

function typeOf(value: unknown): unknown {
  const { type, role }: Readonly<Record<string, unknown>> = Object(value);
  return (type === undefined || type === null) && typeof role === "string" ? "message" : type;
}

function isKnown(type: unknown): type is keyof Shapes {
  return typeof type === "string" && Object.hasOwn(SHAPES, type);
}
