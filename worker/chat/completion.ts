/** From what a Workers AI model answers to OpenAI's chat completion. */
import * as z from "zod/mini";

export const usageShape = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.optional(z.number()),
});

export type Usage = z.output<typeof usageShape>;

// Newer models answer as OpenAI does.
const choicesShape = z.object({
  choices: z
    .array(
      z.object({
        message: z.looseObject({ content: z.optional(z.nullable(z.string())) }),
        finish_reason: z.optional(z.nullable(z.string())),
      }),
    )
    .check(z.minLength(1)),
  usage: z.optional(usageShape),
});

// Older models answer in the platform's own way; with response_format the text may come parsed already.
const responseShape = z.object({
  response: z.optional(z.unknown()),
  tool_calls: z.optional(z.nullable(z.array(z.unknown()))),
  usage: z.optional(usageShape),
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
  const usage = z.object({ usage: usageShape }).safeParse(body).data?.usage;
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
  const modern = choicesShape.safeParse(body).data;
  if (modern !== undefined) {
    return modern.choices.map(({ message, finish_reason }, index) => ({
      index,
      message: { ...message, role: "assistant", content: message.content ?? null },
      finish_reason: finish_reason ?? "stop",
      logprobs: null,
    }));
  }

  const older = responseShape.safeParse(body).data;
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

const namedCall = z.object({ name: z.string(), arguments: z.unknown() });

/** An older model's calls in OpenAI's shape; those that have it already are left alone. */
export function readToolCalls(calls: readonly unknown[]): readonly object[] {
  return calls.map((call, index) => {
    const named = namedCall.safeParse(call).data;
    if (named === undefined) return Object(call);
    const { name, arguments: given } = named;
    return { id: `call_${index}`, type: "function", function: { name, arguments: asText(given) } };
  });
}

export function withTotal(usage: Usage): Usage {
  return {
    ...usage,
    total_tokens: usage.total_tokens ?? usage.prompt_tokens + usage.completion_tokens,
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
