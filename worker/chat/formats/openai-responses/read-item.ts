/** Reads the items of an answer in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import type { AnswerContent, Call } from "../conversation.ts";
import { wrapOpaque } from "../opaque.ts";
import { nameWithin } from "./tools.ts";

/** An object of a model's, of which nothing is known. */
export type Loose = Readonly<Record<string, unknown>>;

/** Looks at a value as an object. */
export function loose(value: unknown): Loose {
  return Object(value);
}

/** Reads one item. What a provider or another kind of tool does has no place in other formats. */
export function readItem(value: unknown, model: Model): readonly AnswerContent[] {
  const item = loose(value);
  switch (item["type"]) {
    case "message":
      return readContent(item["content"]);
    case "reasoning":
      return readReasoning(item, model);
    case "function_call":
    case "custom_tool_call":
      return [{ ...readCall(item), input: readInput(item) }];
    default:
      return [];
  }
}

/** Reads who is called; the id by which the result comes back is not the item's own. */
export function readCall(item: Loose): Omit<Call, "input"> {
  const { call_id, id, name, namespace, type } = item;
  return {
    type: "call",
    id: textOf(call_id) ?? textOf(id) ?? "",
    name: nameWithin(textOf(namespace), textOf(name) ?? ""),
    ...(type === "custom_tool_call" && { isCustom: true }),
  };
}

/** Reads a call's input; some servers send arguments as an object. */
export function readInput(item: Loose): string {
  const input = item["type"] === "custom_tool_call" ? item["input"] : item["arguments"];
  if (input === undefined || input === null) return "";
  return typeof input === "string" ? input : JSON.stringify(input);
}

/** Reads the texts that show what was thought: the summary, or where there is none the thoughts. */
export function readThoughts(item: Loose): string {
  const summary = textsOf(item["summary"]);
  return (summary.length > 0 ? summary : textsOf(item["content"])).join("\n\n");
}

/** Reads what proves reasoning to its model. */
export function readProof({ id, encrypted_content }: Loose, model: Model): string | undefined {
  const encrypted = textOf(encrypted_content);
  if (encrypted === undefined) return undefined;
  return wrapOpaque(model.id, { id: textOf(id), encrypted_content: encrypted });
}

/** Returns a text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function readReasoning(item: Loose, model: Model): readonly AnswerContent[] {
  const text = readThoughts(item);
  const opaque = readProof(item, model);
  if (text === "" && opaque === undefined) return [];
  return [{ type: "reasoning", text, ...(opaque !== undefined && { opaque }) }];
}

/** Reads what a message says; some servers give a text in place of its parts. */
function readContent(content: unknown): readonly AnswerContent[] {
  const text = textOf(content);
  return text === undefined ? listOf(content).flatMap(readSaid) : [{ type: "text", text }];
}

function readSaid(value: unknown): readonly AnswerContent[] {
  const { type, text, refusal } = loose(value);
  if (type === "refusal") return [{ type: "refusal", text: anyText(refusal) }];
  return type === "output_text" || type === "text" ? [{ type: "text", text: anyText(text) }] : [];
}

function anyText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((each) => textOf(loose(each)["text"]) ?? []);
}

/** Returns a list; anything else counts as an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
