/** Reads a model's whole answer, and writes it in the caller's format. */
import { describeFailure, unreadable } from "../models/failures.ts";
import { readBody } from "../models/response.ts";
import { RefusalError } from "../refusal.ts";
import type { Answer } from "./conversation.ts";
import { AnswerError, type AnswerWay, type Passing } from "./format.ts";
import { openTranslation, translateAnswer } from "./translation.ts";

/** Reads an answer. Throws a RefusalError where its body is an error, or nobody can read it. */
export async function readWhole(response: Response, way: AnswerWay): Promise<object> {
  const body = await readBody(response);
  const answer = readAnswer(body, way);
  const passing = passingOf(way);
  if (passing !== undefined) return passing.mendAnswer(Object(body));
  return way.caller.writeAnswer(translateAnswer(answer, openTranslation(way)), way.head);
}

/** Returns how what a model answers reaches the caller as it is; undefined where it is translated. */
export function passingOf({ caller, format }: AnswerWay): Passing | undefined {
  return caller.name === format.takes ? format.passing : undefined;
}

/** Reads a body as an answer. Throws a RefusalError. */
export function readAnswer(body: unknown, { format, model, onUsage }: AnswerWay): Answer {
  try {
    const answer = format.readAnswer(body, model);
    if (answer?.usage !== undefined) onUsage?.(answer.usage);
    if (answer !== undefined) return answer;
  } catch (error) {
    if (error instanceof AnswerError) throw new RefusalError(describeFailure(502, error.body));
    throw error;
  }
  throw new RefusalError(unreadable);
}
