/** Reads and checks the items of a request's input in OpenAI's Responses format. */
import { z } from "zod";

import { notSupported, openAiRefusal } from "../refusal.ts";
import { isSealOf } from "../seal.ts";
import { textOf, type Entry } from "../view.ts";
import { INPUTS, ITEMS, OUTPUTS } from "./fields.ts";
import { responsesTool } from "./tools.ts";

const item = z.looseObject({
  type: z.string().nullish(),
  id: z.string().nullish(),
  role: z.enum(["user", "assistant", "system", "developer"]).optional(),
  content: z.unknown().optional(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
  encrypted_content: z.string().nullish(),
  /** The tools of an item that adds some, as agents send them. */
  tools: z.array(responsesTool).optional(),
});
type Item = z.output<typeof item>;

export const inputItems = z.array(item).min(1);

const part = z.looseObject({ type: z.string() });

/** Checks the items, each by its type and with those before it. Throws a ModelRefusal. */
export function checkInput(model: string, items: readonly Item[]): void {
  for (const [index, one] of items.entries()) {
    checkType(one, index);
    if (typeOf(one) === "message") checkContent(one, index);
    if (one.type === "reasoning") checkReasoning(model, one);
    if (one.type === "item_reference") throw notFound(one.id);
  }
  checkCalls(items);
}

/** Lists what the model reads of the items. */
export function entriesOf(items: readonly Item[]): readonly Entry[] {
  return items.flatMap((one): Entry[] => {
    if (one.type?.endsWith("_output") === true) return [{ role: "tool", text: textOf(one.output) }];
    if (typeOf(one) !== "message") return [];
    const { role = "user", content } = one;
    return [{ role, text: textOf(content) }];
  });
}

function typeOf({ type, role }: Item): string | undefined {
  return type ?? (role === undefined ? undefined : "message");
}

function checkType(one: Item, index: number): void {
  const type = typeOf(one);
  if (ITEMS.some((known) => known === type)) return;
  throw notSupported(String(type), ITEMS, `input[${index}]`);
}

function checkContent({ role, content }: Item, index: number): void {
  const supported = role === "assistant" ? OUTPUTS : INPUTS;
  for (const [at, { type }] of (z.array(part).safeParse(content).data ?? []).entries()) {
    if (supported.some((known) => known === type)) continue;
    throw notSupported(type, supported, `input[${index}].content[${at}]`);
  }
}

function checkReasoning(model: string, { id, encrypted_content: sealed }: Item): void {
  // Without encrypted content an item stands for one that the API has stored.
  if (typeof sealed !== "string") throw notFound(id);
  if (isSealOf(model, sealed)) return;
  throw openAiRefusal(`The encrypted content for item ${id} could not be verified.`, {
    param: null,
    code: "invalid_encrypted_content",
  });
}

function checkCalls(items: readonly Item[]): void {
  const called = new Set<string | undefined>();
  const answered = new Set<string | undefined>();
  for (const { type, call_id } of items) {
    if (type?.endsWith("_call") === true && call_id !== undefined) called.add(call_id);
    if (type?.endsWith("_call_output") !== true) continue;
    answered.add(call_id);
    if (called.has(call_id)) continue;
    const kind = type === "custom_tool_call_output" ? "custom tool call" : "function call";
    const message = `No tool call found for ${kind} output with call_id ${call_id}.`;
    throw openAiRefusal(message, { param: "input" });
  }
  const open = [...called].find((id) => !answered.has(id));
  if (open === undefined) return;
  throw openAiRefusal(`No tool output found for function call ${open}.`, { param: "input" });
}

function notFound(id: string | null | undefined): Error {
  const message = `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`;
  return openAiRefusal(message, { param: "input", status: 404 });
}
