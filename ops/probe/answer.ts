import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { QuestionId } from "../../policy/evidence/questions.ts";

/** Makes an answer dated now. `seen` is committed, so it may name no account, gateway or log. */
export function answered(
  question: QuestionId,
  verdict: EvidenceAnswer["verdict"],
  seen: string,
): EvidenceAnswer {
  return { question, at: new Date().toISOString(), verdict, seen };
}

/** Makes the answer to a question that could not be decided. */
export function notAnswered(question: QuestionId, reason: string): EvidenceAnswer {
  return answered(question, "unknown", `not answered: ${reason}`);
}
