/** Reads the input of a request into the conversation. */
import type { AnswerContent } from "../conversation.ts";
import { requireReach } from "../reach.ts";
import { readContent, readSpoken, readTexts } from "./content.ts";
import { toItem, type Item } from "./items.ts";
import { isGiven, refuseField, type Reading } from "./reading.ts";
import { nameWithin, readTools } from "./tools.ts";

/** Reads the input. Throws a RefusalError for what cannot be served. */
export function readInput(input: string | readonly object[], reading: Reading): void {
  if (typeof input === "string") {
    reading.messages.push({ role: "user", content: [{ type: "text", text: input }] });
    return;
  }
  for (const [index, each] of input.entries()) readItem(toItem(each), `input.${index}`, reading);
}

/**
 * Returns the items that go on to a model of this format. Reasoning without its encrypted content
 * stands for something stored, which is not there.
 */
export function keptItems(input: string | readonly object[], { env }: Reading): unknown {
  if (typeof input === "string" || env.ALLOW.includes("store")) return input;
  return input.filter((each) => {
    const item = toItem(each);
    return item.type !== "reasoning" || Boolean(item.value.encrypted_content);
  });
}

function readItem(item: Item, path: string, reading: Reading): void {
  switch (item.type) {
    case "message":
      return readMessage(item.value, path, reading);
    case "function_call": {
      const { call_id: id, name, namespace, arguments: input } = item.value;
      return reading.addSpoken([{ type: "call", id, name: nameWithin(namespace, name), input }]);
    }
    case "custom_tool_call": {
      const { call_id: id, namespace, input } = item.value;
      const name = nameWithin(namespace, item.value.name);
      return reading.addSpoken([{ type: "call", id, name, input, isCustom: true }]);
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return readResult(item.value, path, reading);
    case "reasoning":
      return reading.addSpoken(readReasoning(item.value));
    case "additional_tools":
      return readTools(item.value.tools, `${path}.tools`, reading);
    case "item_reference":
      return readReference(path, reading);
    // What a search of the caller's has found are tools like those of the request.
    case "tool_search_output":
      readTools(item.value.tools, `${path}.tools`, reading);
      return reading.keepOwn(item.type, path);
    case "own":
      return readOwn(item, path, reading);
  }
}

type ItemOf<Type extends Item["type"]> = Extract<Item, { readonly type: Type }>;
type ValueOf<Type extends Item["type"]> = ItemOf<Type>["value"];

function readMessage({ role, content }: ValueOf<"message">, place: string, reading: Reading): void {
  const path = `${place}.content`;
  if (role === "assistant") return reading.addSpoken(readSpoken(content, path, reading));
  if (role === "user") {
    reading.messages.push({ role, content: readContent(content, path, reading) });
  } else {
    reading.messages.push({ role, content: readTexts(content, path, reading) });
  }
}

function readResult(
  { call_id, output }: ValueOf<"function_call_output">,
  path: string,
  reading: Reading,
): void {
  const content = readContent(output, `${path}.output`, reading);
  if (!isGiven(call_id)) return reading.keepOwn("output", path);
  reading.messages.push({ role: "tool", callId: call_id, content });
}

function readReasoning(item: ValueOf<"reasoning">): readonly AnswerContent[] {
  const opaque = item.encrypted_content;
  if (!opaque) return [];
  const shown = item.summary?.length ? item.summary : (item.content ?? []);
  const text = shown.map((each) => each.text ?? "").join("\n\n");
  return [{ type: "reasoning", text, opaque }];
}

function readReference(path: string, reading: Reading): void {
  if (reading.env.ALLOW.includes("store")) return reading.keepOwn("item_reference", path);
  throw refuseField(
    path,
    "an item_reference stands for an item that the provider keeps, and nothing is kept there; " +
      "have the client send whole items: set providerOptions.openai.store = false in the AI SDK, " +
      "store: false elsewhere",
  );
}

function readOwn({ name, value }: ItemOf<"own">, path: string, reading: Reading): void {
  if (JSON.stringify(value).includes('"file_id":"')) requireReach(reading.env, "files", path);
  reading.keepOwn(name, path);
}
