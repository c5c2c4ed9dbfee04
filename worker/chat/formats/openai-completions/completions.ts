/** The older form of OpenAI's completions, as callers speak it: no model does. */
import { errorBody, type Refusal } from "../../refusal.ts";
import type { Answer, Part, Usage } from "../conversation.ts";
import type { AnswerHead, CallerFormat, StreamWriter } from "../format.ts";
import { writeUsage } from "../openai-chat/usage.ts";
import { readCompletionRequest } from "./request.ts";

/** The format as callers speak it. */
export const completionsCaller: CallerFormat = {
  readRequest: readCompletionRequest,
  writeAnswer: writeCompletion,
  openStream: (head) => new CompletionWriter(head),
};

function writeCompletion({ content, reason, usage }: Answer, head: AnswerHead): object {
  const said = content.filter(({ type }) => type === "text" || type === "refusal");
  const text = said.map((item) => ("text" in item ? item.text : "")).join("");
  return {
    ...completion(head, [choice(text, reason)]),
    ...(usage !== undefined && { usage: writeUsage(usage) }),
  };
}

/** Writes the chunks of one answer, which have the form of the whole one. */
class CompletionWriter implements StreamWriter {
  readonly #head: AnswerHead;
  #usage: Usage | undefined;
  #reason = "stop";

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  begin(): string {
    return "";
  }

  write(part: Part): string {
    if (part.type === "usage") this.#usage = part.usage;
    if (part.type === "end") this.#reason = part.reason;
    if (part.type !== "text" && part.type !== "refusal") return "";
    return event(completion(this.#head, [choice(part.text, null)]));
  }

  end(): string {
    const last = event(completion(this.#head, [choice("", this.#reason)]));
    const usage = this.#head.request.includeUsage === true ? this.#usage : undefined;
    if (usage === undefined) return `${last}data: [DONE]\n\n`;
    const counts = { ...completion(this.#head, []), usage: writeUsage(usage) };
    return `${last}${event(counts)}data: [DONE]\n\n`;
  }

  fail(refusal: Refusal): string {
    return event(errorBody(refusal, this.#head.ids));
  }
}

function completion({ eventId, created, model }: AnswerHead, choices: readonly object[]): object {
  return { id: `cmpl-${eventId}`, object: "text_completion", created, model, choices };
}

function choice(text: string, reason: string | null): object {
  return { index: 0, text, logprobs: null, finish_reason: reason };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
