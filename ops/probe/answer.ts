import { oneLine } from "../../policy/harmless.ts";
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { QuestionId } from "../../policy/evidence/questions.ts";
import { list } from "../../policy/words.ts";

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

// Evidence is one line: three models name the trouble, and the command can be run again.
const MAX_NAMED = 3;

/** Describes what was seen of some models, and names the first of them. */
export function seenOf(what: string, models: readonly string[]): string {
  return `${what}: ${list(models.slice(0, MAX_NAMED))}`;
}
