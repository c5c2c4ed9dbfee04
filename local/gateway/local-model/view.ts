/** A request without its form: what the model looks at when it decides an answer. */
import { z } from "zod";

/** One entry of the history. */
export interface Entry {
  /** The role as the form names it; every form has `user`, and a result of a tool is `tool`. */
  readonly role: string;
  readonly text: string;
}

/** A tool that the caller carries out. */
export interface ViewTool {
  readonly name: string;
  /** The JSON Schema of its arguments. */
  readonly schema: unknown;
  /** Whether it takes a text rather than JSON. */
  readonly isCustom: boolean;
  readonly namespace?: string;
}

/** Which tools the model may or must call; `only` names them where not all are meant. */
export interface Choice {
  readonly mode: "auto" | "none" | "required";
  readonly only?: readonly string[];
}

/** The request. */
export interface View {
  readonly model: string;
  readonly entries: readonly Entry[];
  readonly tools: readonly ViewTool[];
  readonly choice: Choice;
  readonly isParallel: boolean;
  /** The JSON Schema of the answer; `{}` where any JSON will do, absent where it is text. */
  readonly schema?: unknown;
  readonly maxTokens?: number | undefined;
  readonly thinks: boolean;
}

const textParts = z.array(z.looseObject({ type: z.string(), text: z.string().optional() }));

/** Joins the texts of a content, of whichever form; what is no text stands as its type. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = textParts.safeParse(content).data;
  if (parts === undefined) return JSON.stringify(content ?? "");
  return parts.map(({ type, text }) => text ?? `[${type}]`).join("\n");
}
