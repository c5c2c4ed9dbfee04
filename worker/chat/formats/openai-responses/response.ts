/** The object that names an answer and repeats its request, in OpenAI's Responses format. */
import { errorBody, type Refusal } from "../../refusal.ts";
import { partsOf } from "../answer.ts";
import type { Answer } from "../conversation.ts";
import type { AnswerHead } from "../format.ts";
import { Output } from "./output.ts";
import { loose } from "./read-item.ts";
import { writeUsage } from "./usage.ts";

/** Writes a whole answer. */
export function writeResponsesAnswer(answer: Answer, head: AnswerHead): object {
  const output = new Output(head);
  for (const part of partsOf(answer)) output.write(part);
  output.end();
  return endedResponse(head, output);
}

/** Makes the object of an answer that goes on. */
export function begunResponse(head: AnswerHead): object {
  return response(head, { status: "in_progress", output: [], usage: null });
}

/** Makes the object of an answer that has ended, with its whole output. */
export function endedResponse(head: AnswerHead, output: Output): object {
  const { incomplete, items, usage } = output;
  return response(head, {
    status: incomplete === undefined ? "completed" : "incomplete",
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    output: items,
    usage: usage === undefined ? null : writeUsage(usage),
  });
}

/** Makes the object of an answer that failed. */
export function failedResponse(head: AnswerHead, output: Output, refusal: Refusal): object {
  const { error } = loose(errorBody(refusal, head.ids));
  return response(head, { status: "failed", error, output: output.items, usage: null });
}

function response({ eventId, model, created, request }: AnswerHead, state: object): object {
  const fields = loose(request.fields);
  const { effort = null, summary = null } = loose(fields["reasoning"]);
  return {
    id: `resp_${eventId}`,
    object: "response",
    created_at: created,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: fields["instructions"] ?? null,
    max_output_tokens: fields["max_output_tokens"] ?? null,
    metadata: fields["metadata"] ?? {},
    model,
    parallel_tool_calls: fields["parallel_tool_calls"] ?? true,
    previous_response_id: null,
    reasoning: { effort, summary },
    store: false,
    temperature: fields["temperature"] ?? 1,
    text: fields["text"] ?? { format: { type: "text" } },
    tool_choice: fields["tool_choice"] ?? "auto",
    tools: fields["tools"] ?? [],
    top_p: fields["top_p"] ?? 1,
    truncation: fields["truncation"] ?? "disabled",
    ...state,
  };
}
