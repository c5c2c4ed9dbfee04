/**
 * Reads a request in Anthropic's Messages format, with the refusals of Anthropic's API.
 * https://docs.claude.com/en/api/messages
 */
import { anthropicRefusal, readAnthropic } from "../refusal.ts";
import { textOf, type Choice, type View, type ViewTool } from "../view.ts";
import { KNOWN, messagesFields, type MessagesFields } from "./fields.ts";
import { checkThinking } from "./thinking.ts";
import { checkTurns, entriesOf, mergeTurns } from "./turns.ts";

/** Tools that the API knows by a type with a date. */
const DATED_TOOL =
  /^(bash|text_editor|computer|browser|memory|web_search|web_fetch|code_execution|tool_search)_/;

/** A checked request. */
export interface MessagesRequest {
  readonly view: View;
  readonly isStreamed: boolean;
}

/** Reads a request. Throws a ModelRefusal. */
export function readMessagesRequest(model: string, inputs: unknown): MessagesRequest {
  const unknown = Object.keys(Object(inputs)).find((key) => !KNOWN.includes(key));
  const fields = readAnthropic(messagesFields, inputs);
  if (unknown !== undefined) throw anthropicRefusal(`${unknown}: Extra inputs are not permitted`);
  checkTools(fields);
  const turns = mergeTurns(fields.messages);
  checkTurns(model, fields.messages, turns);
  checkThinking(fields, turns);
  const { system, thinking, tool_choice } = fields;
  const answerFormat = fields.output_config?.format ?? fields.output_format;
  const head = system === undefined ? [] : [{ role: "system", text: textOf(system) }];
  const view: View = {
    model,
    entries: [...head, ...entriesOf(turns)],
    tools: (fields.tools ?? []).flatMap(toTool),
    choice: toChoice(tool_choice),
    isParallel: tool_choice?.disable_parallel_tool_use !== true,
    ...(answerFormat && { schema: answerFormat.schema }),
    maxTokens: fields.max_tokens,
    thinks: thinking?.type === "enabled" || thinking?.type === "adaptive",
  };
  return { view, isStreamed: fields.stream === true };
}

function checkTools({ tools = [], tool_choice }: MessagesFields): void {
  for (const [index, { type, name, ...rest }] of tools.entries()) {
    const kind = type ?? "custom";
    if (kind !== "custom" && !DATED_TOOL.test(kind)) {
      throw anthropicRefusal(
        `tools.${index}: Input tag '${kind}' found using 'type' does not match any of the expected tags: 'bash_20250124', 'custom', 'text_editor_20250728', 'web_search_20250305'`,
      );
    }
    if (kind !== "custom") continue;
    const missing = name === undefined ? "name" : "input_schema";
    if (name === undefined || rest["input_schema"] === undefined) {
      throw anthropicRefusal(`tools.${index}.custom.${missing}: Field required`);
    }
  }
  if (tool_choice === undefined) return;
  if (tools.length === 0) {
    throw anthropicRefusal("tool_choice: may only be specified while providing tools");
  }
  if (tool_choice.type !== "tool" || tools.some(({ name }) => name === tool_choice.name)) return;
  throw anthropicRefusal(`tool_choice: Tool '${tool_choice.name}' not found in provided tools`);
}

/** Returns a tool that the model can call; the API's own it leaves. */
function toTool({ type, name, ...rest }: NonNullable<MessagesFields["tools"]>[number]): ViewTool[] {
  if ((type ?? "custom") !== "custom" || name === undefined) return [];
  return [{ name, schema: rest["input_schema"], isCustom: false }];
}

function toChoice(choice: MessagesFields["tool_choice"]): Choice {
  if (choice === undefined) return { mode: "auto" };
  if (choice.type === "tool") return { mode: "required", only: [choice.name ?? ""] };
  return { mode: choice.type === "any" ? "required" : choice.type };
}
