/** From what a Workers AI model answers to OpenAI's chat completion. */
import * as v from "valibot";

import { readAs } from "../../models/call.ts";

export const usageShape = v.looseObject({
  prompt_tokens: v.number(),
  completion_tokens: v.number(),
  total_tokens: v.optional(v.number()),
});

export type Usage = v.InferOutput<typeof usageShape>;

// Newer models answer as OpenAI does.
const choicesShape = v.object({
  choices: v.pipe(
    v.array(
      v.object({
        message: v.looseObject({ content: v.nullish(v.string()) }),
        finish_reason: v.nullish(v.string()),
      }),
    ),
    v.minLength(1),
  ),
  usage: v.optional(usageShape),
});

// Older models answer in the platform's own way; with response_format the text may come parsed already.
const responseShape = v.object({
  response: v.optional(v.unknown()),
  tool_calls: v.nullish(v.array(v.unknown())),
  usage: v.optional(usageShape),
});

export interface Completion {
  readonly id: string;
  readonly object: "chat.completion";
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage?: object;
}

interface Choice {
  readonly index: number;
  readonly message: { readonly role: "assistant"; readonly content: string | null };
  readonly finish_reason: string;
  readonly logprobs: null;
}

/** Undefined when the body has neither shape. */
export function toCompletion(
  body: unknown,
  about: { readonly id: string; readonly model: string; readonly now: Date },
): Completion | undefined {
  const choices = readChoices(body);
  if (choices === undefined) return undefined;
  const usage = readAs(v.object({ usage: usageShape }), body)?.usage;
  return {
    id: `chatcmpl-${about.id}`,
    object: "chat.completion",
    created: Math.floor(about.now.getTime() / 1000),
    model: about.model,
    choices,
    ...(usage && { usage: withTotal(usage) }),
  };
}

function readChoices(body: unknown): readonly Choice[] | undefined {
  const modern = readAs(choicesShape, body);
  if (modern !== undefined) {
    return modern.choices.map(({ message, finish_reason }, index) => ({
      index,
      message: { ...message, role: "assistant", content: message.content ?? null },
      finish_reason: finish_reason ?? "stop",
      logprobs: null,
    }));
  }

  const older = readAs(responseShape, body);
  if (older === undefined || (older.response === undefined && older.tool_calls === undefined))
    return undefined;
  const calls = readToolCalls(older.tool_calls ?? []);
  const content =
    older.response === undefined || older.response === null ? null : asText(older.response);
  const message = {
    role: "assistant",
    content,
    ...(calls.length > 0 && { tool_calls: calls }),
  } as const;
  return [
    { index: 0, message, finish_reason: calls.length > 0 ? "tool_calls" : "stop", logprobs: null },
  ];
}

const flatCall = v.object({ name: v.string(), arguments: v.unknown() });

/** An older model's calls in OpenAI's shape; those that have it already are left alone. */
export function readToolCalls(calls: readonly unknown[]): readonly object[] {
  return calls.map((call) => {
    const flat = readAs(flatCall, call);
    if (flat === undefined) return Object(call);
    const called = { name: flat.name, arguments: asText(flat.arguments) };
    return { id: newCallId(), type: "function", function: called };
  });
}

/** Unlike every other of the chat, whose next request carries it back; OpenAI allows 40 characters. */
function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "")}`;
}

export function withTotal(usage: Usage): Usage {
  return {
    ...usage,
    total_tokens: usage.total_tokens ?? usage.prompt_tokens + usage.completion_tokens,
  };
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
