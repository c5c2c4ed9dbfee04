/** Writes the messages of a conversation in Anthropic's Messages format. */
import type { Model } from "../../env.ts";
import { parseJson } from "../../../json.ts";
import { badRequest } from "../../refusal.ts";
import type {
  AnswerContent,
  Conversation,
  Document,
  Image,
  Message,
  Reasoning,
  Text,
} from "../conversation.ts";
import { isPlainObject } from "../plain-object.ts";
import { unwrapProof } from "./signature.ts";

/** A turn: neighbours of one role are one, and the results of tools come first in it. */
interface Turn {
  readonly role: "user" | "assistant";
  readonly results: object[];
  readonly content: object[];
}

const JSON_ALONE = "Answer with one JSON object and nothing else.";

/** Writes the system prompt, which stands outside of the turns wherever it came, and the turns. */
export function writeMessages({ messages, answerFormat }: Conversation, model: Model): object {
  const prompts = messages.flatMap((message) =>
    message.role === "system" || message.role === "developer" ? texts(message.content) : [],
  );
  // The format has no JSON without a schema.
  const isJson = answerFormat !== undefined && !("schema" in answerFormat && answerFormat.schema);
  const system = isJson ? [...prompts, { type: "text", text: JSON_ALONE }] : prompts;
  return { ...(system.length > 0 && { system }), messages: writeTurns(messages, model) };
}

function writeTurns(messages: readonly Message[], model: Model): readonly object[] {
  const turns: Turn[] = [];
  for (const [place, message] of messages.entries()) {
    const turn = writeTurn(message, `messages.${place}`, model);
    if (turn === undefined) continue;
    const last = turns.at(-1);
    if (last?.role !== turn.role) turns.push(turn);
    else {
      last.results.push(...turn.results);
      last.content.push(...turn.content);
    }
  }
  return turns.map(({ role, results, content }) => ({ role, content: [...results, ...content] }));
}

/** Writes one message; undefined where nothing is left of it, for no block may be empty. */
function writeTurn(message: Message, path: string, model: Model): Turn | undefined {
  const { role } = message;
  if (role === "system" || role === "developer") return undefined;
  if (role === "tool") return { role: "user", results: [writeResult(message, path)], content: [] };
  const content =
    role === "user"
      ? message.content.flatMap((part) => writeShown(part, path))
      : message.content.flatMap((part) => writeSaid(part, model));
  return content.length === 0 ? undefined : { role, results: [], content };
}

function writeResult({ callId, content, isError }: Message & { role: "tool" }, path: string) {
  return {
    type: "tool_result",
    tool_use_id: writeId(callId),
    content: content.flatMap((part) => writeShown(part, path)),
    ...(isError === true && { is_error: true }),
  };
}

function writeSaid(part: AnswerContent, model: Model): readonly object[] {
  if (part.type === "reasoning") return writeThinking(part, model);
  if (part.type === "call") {
    return [{ type: "tool_use", id: writeId(part.id), name: part.name, input: writeInput(part) }];
  }
  return texts([{ ...part, type: "text" }]);
}

/** Writes what the model itself thought: no model takes another's thinking. */
function writeThinking({ text, opaque }: Reasoning, model: Model): readonly object[] {
  const proof = opaque === undefined ? undefined : unwrapProof(model.id, opaque);
  if (proof === undefined) return [];
  if ("data" in proof) return [{ type: "redacted_thinking", data: proof.data }];
  return [{ type: "thinking", thinking: text, signature: proof.signature }];
}

/** Writes arguments: an object, as the format requires. What is none becomes one. */
function writeInput({ input, isCustom }: AnswerContent & { type: "call" }): object {
  if (isCustom === true) return { input };
  const value = parseJson(input === "" ? "{}" : input);
  return isPlainObject(value) ? value : { input };
}

/** Writes an id of a call, of which only some characters are allowed. */
function writeId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
}

function writeShown(part: Text | Image | Document, path: string): readonly object[] {
  if (part.type === "text") return texts([part]);
  const [, media_type = "", data = ""] = /^data:([^;,]+);base64,(.*)$/s.exec(part.url) ?? [];
  if (part.type === "image") {
    const source =
      data === "" ? { type: "url", url: part.url } : { type: "base64", media_type, data };
    return [{ type: "image", source }];
  }
  if (data === "" || media_type !== "application/pdf") {
    throw badRequest("invalid_value", `${path}: of documents, this model takes PDF alone`, path);
  }
  const source = { type: "base64", media_type, data };
  return [{ type: "document", source, ...(part.name && { title: part.name }) }];
}

function texts(content: readonly Text[]): readonly object[] {
  return content
    .filter(({ text }) => text !== "")
    .map(({ text, isCacheMark }) => ({
      type: "text",
      text,
      ...(isCacheMark === true && { cache_control: { type: "ephemeral" } }),
    }));
}
