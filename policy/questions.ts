/** What `npm run probe` asks an account, and which of a statement's open points an answer speaks of. */

export interface Question {
  /** Its number in docs/what-is-stored.md, "Open points". */
  readonly point: number;
  /** What is left of the point when the answer is yes. */
  readonly leaves?: string;
}

const ON_THE_BINDING = "the same on a call of the AI binding, which npm run verify tries";

/** By an id that stands in committed evidence: a question that comes to mean something else gets another. */
export const QUESTIONS = {
  /** Does `cf-aig-collect-log-payload: false` keep bodies out of a log? */
  "payload-header": { point: 1, leaves: ON_THE_BINDING },
  /** Does `cf-aig-collect-log: true` open a gateway that collects nothing? */
  "log-header": { point: 2, leaves: ON_THE_BINDING },
  /** Does a gateway take guardrails, spend limits and exporters, by a create or the update after it? */
  "put-only-fields": { point: 3, leaves: "DLP and classification" },
  /** Does an update that switches them off in words clear them? */
  "switched-off": { point: 10, leaves: "that a deploy finds what was added by hand" },
  /** Are a deleted gateway's logs gone, also for a gateway of the same id? */
  "gateway-deleted": { point: 12 },
  /** Does a deletion keep to `created_at` and `limit`, and is a deleted log gone? */
  "delete-by-age": { point: 16, leaves: "how many logs at a time" },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionId = keyof typeof QUESTIONS;

/** Whether `npm run probe` asks anything about a point. */
export function isAsked(point: number): boolean {
  return Object.values(QUESTIONS).some((question) => question.point === point);
}
