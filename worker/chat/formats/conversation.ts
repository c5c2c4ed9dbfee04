/**
 * A conversation in terms that every format can be read into and written from. What only one
 * format knows stays in the request's own fields, and reaches models of that format alone.
 */
import type { Model } from "../env.ts";

/** The formats that a model may speak. */
export type FormatName = Model["speaks"];

/** A text. */
export interface Text {
  readonly type: "text";
  readonly text: string;
  /** Whether the caller marked the end of a prefix that the provider shall cache. */
  readonly isCacheMark?: boolean;
}

/** An image: an https: address, or the image itself as a data: URL. */
export interface Image {
  readonly type: "image";
  readonly url: string;
  readonly detail?: string;
}

/** A document itself, as a data: URL. */
export interface Document {
  readonly type: "document";
  readonly url: string;
  readonly name?: string;
}

/** The model's own refusal, where a text was due. */
export interface Declined {
  readonly type: "refusal";
  readonly text: string;
}

/** What the model thought. `opaque` proves it to the model that it came from, see opaque.ts. */
export interface Reasoning {
  readonly type: "reasoning";
  readonly text: string;
  readonly opaque?: string;
  /** The field that had it, where the model speaks OpenAI's chat format. */
  readonly field?: ReasoningField;
}

/** The fields in which models that speak OpenAI's chat format show what they thought. */
export type ReasoningField = "reasoning" | "reasoning_content";

/** A call of a tool that the caller carries out. */
export interface Call {
  readonly type: "call";
  readonly id: string;
  readonly name: string;
  /** The arguments as JSON; the text itself for a custom tool. */
  readonly input: string;
  readonly isCustom?: boolean;
  /** Fields of a call in OpenAI's chat format that no other format has, such as Gemini's signatures. */
  readonly more?: object;
}

/** A part of an assistant's message. */
export type AnswerContent = Text | Declined | Reasoning | Call;

/** One message, by its role. */
export type Message =
  | { readonly role: "system" | "developer"; readonly content: readonly Text[] }
  | { readonly role: "user"; readonly content: readonly (Text | Image | Document)[] }
  | { readonly role: "assistant"; readonly content: readonly AnswerContent[] }
  | {
      readonly role: "tool";
      readonly callId: string;
      readonly content: readonly (Text | Image | Document)[];
      readonly isError?: boolean;
    };

/**
 * A tool that the caller carries out. One of a format's own (`own`: computer use, a shell, a text
 * editor) reaches models of that format alone.
 */
export type Tool =
  | {
      readonly kind: "function";
      readonly name: string;
      readonly description?: string | undefined;
      /** The JSON Schema of its arguments; absent where it takes none. */
      readonly schema?: object | undefined;
      readonly strict?: boolean | undefined;
    }
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly description?: string | undefined;
      /** The grammar that its input follows, in OpenAI's formats. */
      readonly grammar?: { readonly syntax: string; readonly definition: string } | undefined;
    }
  | { readonly kind: "own"; readonly type: string; readonly path: string };

/** Which tools the model may or must call; `only` names them where not all are meant. */
export interface ToolChoice {
  readonly mode: "auto" | "none" | "required";
  readonly only?: readonly string[];
}

/** JSON, or JSON that matches a schema. */
export type AnswerFormat =
  | { readonly type: "json" }
  | {
      readonly type: "schema";
      readonly name: string;
      readonly description?: string | undefined;
      readonly schema?: object | undefined;
      readonly strict?: boolean | undefined;
    };

/** A request for an answer. */
export interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  readonly parallelCalls?: boolean | undefined;
  readonly answerFormat?: AnswerFormat | undefined;
  readonly maxTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly stop?: readonly string[] | undefined;
  /** The caller's name of `stop`, where it is another. */
  readonly stopField?: string;
  readonly seed?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly presencePenalty?: number | undefined;
  /** How much the model shall think: none, minimal, low, medium, high, xhigh. */
  readonly effort?: string | undefined;
  readonly verbosity?: string | undefined;
}

/** Token counts. `cached` and `cacheWritten` are parts of `input`, `reasoning` is part of `output`. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly total: number;
  readonly cached?: number | undefined;
  readonly cacheWritten?: number | undefined;
  readonly reasoning?: number | undefined;
  /** The counts in OpenAI's chat format, where the model reported them so. */
  readonly more?: object;
}

/** Why an answer ended. */
export type EndReason = "stop" | "length" | "tool_calls" | "content_filter";

/** A model's whole answer. */
export interface Answer {
  readonly content: readonly AnswerContent[];
  readonly reason: EndReason;
  readonly usage?: Usage | undefined;
  /** Fields of an answer in OpenAI's chat format that no other format has. */
  readonly more?: object;
}

/** A piece of a streamed answer. Calls are numbered in the order in which they begin. */
export type Part =
  | { readonly type: "text" | "refusal"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string; readonly field?: ReasoningField }
  /** Ends the reasoning before it, or stands for one that is not shown. */
  | { readonly type: "opaque"; readonly opaque: string }
  | {
      readonly type: "call";
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly isCustom?: boolean;
      readonly more?: object;
    }
  | { readonly type: "input"; readonly index: number; readonly text: string }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "end"; readonly reason: EndReason }
  /** Fields of a delta in OpenAI's chat format that no other format has. */
  | { readonly type: "more"; readonly fields: object };
