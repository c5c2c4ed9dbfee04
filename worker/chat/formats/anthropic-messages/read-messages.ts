/** Reads the messages of a request in Anthropic's Messages format. */
import type { AnswerContent, Message, Tool } from "../conversation.ts";
import type { AssistantBlock, InputMessage, ResultBlock, TextBlock, UserBlock } from "./blocks.ts";
import { readOwn, type Scope } from "./own-blocks.ts";
import { blocksOf, readShown, toText, type Shown } from "./read-shown.ts";
import type { MessagesFields } from "./request.ts";
import type { Allowed } from "./tools.ts";

/** Reads messages, and lists what no other format has. Throws a RefusalError. */
export function readMessages(
  { system = "", messages }: Pick<MessagesFields, "system" | "messages">,
  { ALLOW }: Allowed,
): { readonly messages: readonly Message[]; readonly own: readonly Tool[] } {
  const scope: Scope = { ALLOW, own: [] };
  const turns = messages.flatMap((message, place) => readMessage(message, place, scope));
  return { messages: [...readSystem(system), ...turns], own: scope.own };
}

function readSystem(content: string | readonly TextBlock[]): readonly Message[] {
  const texts = blocksOf(content).map(toText);
  return texts.length === 0 ? [] : [{ role: "system", content: texts }];
}

function readMessage(message: InputMessage, place: number, scope: Scope): readonly Message[] {
  const path = `messages.${place}.content`;
  if (message.role === "system") return readSystem(message.content);
  if (message.role === "user") return readUser(blocksOf(message.content), path, scope);
  const content = blocksOf(message.content).flatMap((block, index) =>
    readSaid(block, `${path}.${index}`, scope),
  );
  return [{ role: "assistant", content }];
}

/** Reads a turn of the user: the results of tools come first, as every format wants them. */
function readUser(blocks: readonly UserBlock[], path: string, scope: Scope): readonly Message[] {
  const results: Message[] = [];
  const content: Shown[] = [];
  for (const [place, block] of blocks.entries()) {
    const at = `${path}.${place}`;
    if (block.type === "tool_result") results.push(readResult(block, at, scope));
    else content.push(...readShown(block, at, scope));
  }
  return content.length === 0 ? results : [...results, { role: "user", content }];
}

function readResult(block: ResultBlock, path: string, scope: Scope): Message {
  const { tool_use_id: callId, content, is_error } = block;
  const shown = blocksOf(content ?? "").flatMap((each, place) =>
    readShown(each, `${path}.content.${place}`, scope),
  );
  const isError = is_error === true;
  return { role: "tool", callId, content: shown, ...(isError && { isError }) };
}

function readSaid(block: AssistantBlock, path: string, scope: Scope): readonly AnswerContent[] {
  if (block.type === "text") return [toText(block)];
  if (block.type === "thinking") {
    const { thinking: text, signature } = block;
    return [{ type: "reasoning", text, ...(signature && { opaque: signature }) }];
  }
  if (block.type === "redacted_thinking") {
    return [{ type: "reasoning", text: "", opaque: block.data }];
  }
  if (block.type !== "tool_use") return readOwn(block, path, scope);
  const { id, name, input } = block;
  return [{ type: "call", id, name, input: JSON.stringify(input ?? {}) }];
}
