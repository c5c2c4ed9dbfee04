import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { QuestionId } from "../../policy/evidence/questions.ts";

/** Makes an answer of this moment. `seen` is committed: it may name no account, no gateway and no log. */
export function answered(
  question: QuestionId,
  verdict: EvidenceAnswer["verdict"],
  seen: string,
): EvidenceAnswer {
  return { question, at: new Date().toISOString(), verdict, seen };
}

export function notAnswered(question: QuestionId, reason: string): EvidenceAnswer {
  return answered(question, "unknown", `not answered: ${reason}`);
}
