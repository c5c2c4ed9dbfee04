/** Sends custom tools, which take a text, as functions of one text to models that have none. */
import * as v from "valibot";

import { parseJson } from "../../json.ts";
import type { AnswerContent, Conversation, Message, Part, Tool } from "./conversation.ts";

const SCHEMA = {
  type: "object",
  properties: { input: { type: "string", description: "the tool's whole input, as it is" } },
  required: ["input"],
  additionalProperties: false,
};

/** Lists a conversation's custom tools by name. */
export function customNames({ tools }: Conversation): ReadonlySet<string> {
  return new Set(tools.flatMap((tool) => (tool.kind === "custom" ? [tool.name] : [])));
}

/** Replaces custom tools, and the calls of them in the history, by functions. */
export function asFunctions(conversation: Conversation): Conversation {
  return {
    ...conversation,
    tools: conversation.tools.map(toFunction),
    messages: conversation.messages.map(withFunctions),
  };
}

function toFunction(tool: Tool): Tool {
  if (tool.kind !== "custom") return tool;
  const { name, grammar } = tool;
  // Nothing makes such a model follow the grammar, but it can be told of it.
  const told =
    grammar && `Its input follows this ${grammar.syntax} grammar:\n${grammar.definition}`;
  const about = [tool.description, told].filter((text) => text !== undefined);
  const description = about.length === 0 ? undefined : about.join("\n\n");
  return { kind: "function", name, description, schema: SCHEMA };
}

function withFunctions(message: Message): Message {
  if (message.role !== "assistant") return message;
  return { ...message, content: message.content.map(withFunction) };
}

function withFunction(item: AnswerContent): AnswerContent {
  if (item.type !== "call" || item.isCustom !== true) return item;
  const { isCustom: _, ...call } = item;
  return { ...call, input: JSON.stringify({ input: item.input }) };
}

/** Turns calls of the functions back into calls of custom tools. */
export class CustomCalls {
  readonly #names: ReadonlySet<string>;
  /** The input so far of each call that is open: only whole JSON can be read. */
  readonly #inputs = new Map<number, string>();

  constructor(names: ReadonlySet<string>) {
    this.#names = names;
  }

  read(part: Part): readonly Part[] {
    if (part.type === "call" && this.#names.has(part.name)) {
      const before = this.#close();
      this.#inputs.set(part.index, "");
      return [...before, { ...part, isCustom: true }];
    }
    if (part.type === "input" && this.#inputs.has(part.index)) {
      this.#inputs.set(part.index, `${this.#inputs.get(part.index)}${part.text}`);
      return [];
    }
    return part.type === "end" || part.type === "call" ? [...this.#close(), part] : [part];
  }

  #close(): readonly Part[] {
    const closed = [...this.#inputs].map(
      ([index, json]) => ({ type: "input", index, text: readInput(json) }) as const,
    );
    this.#inputs.clear();
    return closed;
  }
}

const shape = v.object({ input: v.string() });

/** Reads the text out of a function's arguments; a model that sends a bare text meant that. */
function readInput(json: string): string {
  const result = v.safeParse(shape, parseJson(json));
  return result.success ? result.output.input : json;
}
