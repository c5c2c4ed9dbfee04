/** Translates a model's whole answer to OpenAI's chat completion. */
import * as v from "valibot";

import type { RequestLine } from "../../line/request-line.ts";
import { unreadable } from "../../models/failures.ts";
import { readAs, readBody } from "../../models/response.ts";
import { RefusalError } from "../../refusal.ts";
import { readOwnAnswer } from "../workers-ai/chat-answer.ts";
import { answerHead, usageShape, withTotal, type Usage } from "./answer.ts";

// Newer models answer in OpenAI's form.
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

interface Answer {
  readonly choices: readonly Choice[];
  readonly usage: Usage | undefined;
}

interface Choice {
  readonly index: number;
  readonly message: { readonly role: "assistant"; readonly content: string | null };
  readonly finish_reason: string;
  readonly logprobs: null;
}

/** Reads a model's whole answer. Throws a RefusalError where its body has neither form. */
export async function readCompletion(response: Response, line: RequestLine) {
  const body = await readBody(response);
  const answer = readChoices(body) ?? readOwnChoice(body);
  if (answer === undefined) throw new RefusalError(unreadable);
  const { choices, usage } = answer;
  return {
    ...answerHead("chat.completion", line),
    choices,
    ...(usage && { usage: withTotal(usage) }),
  };
}

function readChoices(body: unknown): Answer | undefined {
  const answer = readAs(choicesShape, body);
  const choices = answer?.choices.map(({ message, finish_reason }, index) => ({
    index,
    message: { ...message, role: "assistant", content: message.content ?? null } as const,
    finish_reason: finish_reason ?? "stop",
    logprobs: null,
  }));
  return choices && { choices, usage: answer?.usage };
}

function readOwnChoice(body: unknown): Answer | undefined {
  const answer = readOwnAnswer(body);
  if (answer === undefined) return undefined;
  const { text, calls, usage } = answer;
  const hasCalls = calls.length > 0;
  const message = {
    role: "assistant",
    content: text,
    ...(hasCalls && { tool_calls: calls }),
  } as const;
  const finish_reason = hasCalls ? "tool_calls" : "stop";
  return { choices: [{ index: 0, message, finish_reason, logprobs: null }], usage };
}
