/** Writes the messages of a conversation as items of OpenAI's Responses format. */
import * as v from "valibot";

import type { Model } from "../../env.ts";
import { readAs } from "../../models/response.ts";
import type {
  AnswerContent,
  Call,
  Document,
  Image,
  Message,
  Reasoning,
  Text,
} from "../conversation.ts";
import { unwrapOpaque } from "../opaque.ts";

/** Writes messages for a model: what proves reasoning is written for the model that it came from. */
export function writeInput(messages: readonly Message[], model: Model): readonly object[] {
  const custom = new Set(
    messages
      .flatMap((message): readonly AnswerContent[] =>
        message.role === "assistant" ? message.content : [],
      )
      .flatMap((item) => (item.type === "call" && item.isCustom === true ? [item.id] : [])),
  );
  return messages.flatMap((message) => writeMessage(message, model, custom));
}

function writeMessage(
  message: Message,
  model: Model,
  custom: ReadonlySet<string>,
): readonly object[] {
  if (message.role === "assistant") return writeSpoken(message.content, model);
  const { role, content } = message;
  if (role !== "tool") return [{ type: "message", role, content: content.map(writePart) }];
  const { callId: call_id } = message;
  const type = custom.has(call_id) ? "custom_tool_call_output" : "function_call_output";
  return [{ type, call_id, output: writeResult(content) }];
}

/** Writes one text as a text, which every server of the format takes. */
function writeResult(content: readonly (Text | Image | Document)[]): string | readonly object[] {
  const [first, ...others] = content;
  if (first === undefined) return "";
  return others.length === 0 && first.type === "text" ? first.text : content.map(writePart);
}

/** Writes the assistant's turn: what was said together is one item, all else one item each. */
function writeSpoken(content: readonly AnswerContent[], model: Model): readonly object[] {
  const items: object[] = [];
  let said: object[] | undefined;
  for (const each of content) {
    if (each.type === "text" || each.type === "refusal") {
      if (said === undefined) {
        said = [];
        items.push({ type: "message", role: "assistant", content: said });
      }
      said.push(writeSaid(each));
      continue;
    }
    const item = each.type === "call" ? writeCall(each) : writeReasoning(each, model);
    if (item === undefined) continue;
    said = undefined;
    items.push(item);
  }
  return items;
}

function writeSaid({ type, text }: { type: "text" | "refusal"; text: string }): object {
  if (type === "refusal") return { type, refusal: text };
  return { type: "output_text", text, annotations: [] };
}

function writeCall({ id: call_id, name, input, isCustom }: Call): object {
  if (isCustom === true) return { type: "custom_tool_call", call_id, name, input };
  return { type: "function_call", call_id, name, arguments: input === "" ? "{}" : input };
}

const proof = v.object({ id: v.optional(v.string()), encrypted_content: v.string() });

/** Writes reasoning of this very model; what another thought proves nothing here. */
function writeReasoning({ text, opaque = "" }: Reasoning, model: Model): object | undefined {
  const own = readAs(proof, unwrapOpaque(model.id, opaque));
  if (own === undefined) return undefined;
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  return { type: "reasoning", ...own, summary };
}

function writePart(part: Text | Image | Document): object {
  if (part.type === "text") return { type: "input_text", text: part.text };
  const { url } = part;
  return part.type === "image"
    ? { type: "input_image", image_url: url, detail: part.detail ?? "auto" }
    : { type: "input_file", filename: part.name ?? nameOf(url), file_data: url };
}

/** Names a document by its type, as OpenAI needs a name for it. */
function nameOf(url: string): string {
  const [, kind = "pdf"] = /^data:[^;,]*\/([a-z0-9]+)/i.exec(url) ?? [];
  return `document.${kind === "plain" ? "txt" : kind}`;
}
