/** Reads a model's whole answer, and writes it in the caller's format. */
import type { Model } from "../env.ts";
import { describeFailure, unreadable } from "../models/failures.ts";
import { readBody } from "../models/response.ts";
import { RefusalError } from "../refusal.ts";
import { AnswerError, type AnswerHead, type CallerFormat, type ModelFormat } from "./format.ts";
import { openTranslation, translateAnswer } from "./translation.ts";
import type { Answer } from "./conversation.ts";

/** The way of an answer from a model to a caller. */
export interface AnswerWay {
  readonly caller: CallerFormat;
  readonly format: ModelFormat;
  readonly model: Model;
  readonly head: AnswerHead;
}

/** Reads an answer. Throws a RefusalError where its body is an error, or nobody can read it. */
export async function readWhole(response: Response, way: AnswerWay): Promise<object> {
  const body = await readBody(response);
  const answer = readAnswer(body, way);
  const { caller, format, head } = way;
  if (passes(way)) return Object(body);
  const translate = openTranslation({
    caller,
    format,
    model: way.model.id,
    conversation: head.request.conversation,
  });
  return caller.writeAnswer(translateAnswer(answer, translate), head);
}

/** Returns whether what a model answers reaches the caller as it is. */
export function passes({ caller, format }: AnswerWay): boolean {
  return format.passesAnswers && caller.wire === format.takes;
}

/** Reads a body as an answer. Throws a RefusalError. */
export function readAnswer(body: unknown, { format, model }: AnswerWay): Answer {
  try {
    const answer = format.readAnswer(body, model);
    if (answer !== undefined) return answer;
  } catch (error) {
    if (error instanceof AnswerError) throw new RefusalError(describeFailure(502, error.body));
    throw error;
  }
  throw new RefusalError(unreadable);
}
