import { oneLine } from "../../policy/harmless.ts";
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { QuestionId } from "../../policy/evidence/questions.ts";

// As evidence allows it: one line, without a word that may be an id or a token.
const MAX_CHARACTERS = 300;
const LONG_WORD = /[\w-]{32,}/g;

/**
 * Makes an answer dated now. `seen` is committed, so it may name no account, gateway or log: long
 * words of it are left out, because a message of the API may repeat one.
 */
export function answered(
  question: QuestionId,
  verdict: EvidenceAnswer["verdict"],
  seen: string,
): EvidenceAnswer {
  const short = oneLine(seen).replaceAll(LONG_WORD, "…").slice(0, MAX_CHARACTERS);
  return { question, at: new Date().toISOString(), verdict, seen: short };
}

/** Makes the answer to a question that could not be decided. */
export function notAnswered(question: QuestionId, reason: string): EvidenceAnswer {
  return answered(question, "unknown", `not answered: ${reason}`);
}

/** Checks whether a status refuses what a request says. */
export function isInvalid(status: unknown): boolean {
  return status === 400 || status === 422;
}
