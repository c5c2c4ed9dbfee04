/** What `npm run probe` and `npm run verify` ask an account, and which of a statement's open points an answer speaks of. */

export interface Question {
  /** Its number in docs/what-is-stored.md, "Open points". */
  readonly point: number;
  readonly asks: string;
  /** What is left of the point when the answer is yes. */
  readonly leaves?: string;
}

const ON_THE_BINDING =
  "the same on a call of the AI binding, which npm run verify -- --evidence tries";

/** By an id that stands in committed evidence: a question that comes to mean something else gets another. */
export const QUESTIONS = {
  "payload-header": {
    point: 1,
    asks: "does cf-aig-collect-log-payload: false keep bodies out of a log?",
    leaves: ON_THE_BINDING,
  },
  "log-header": {
    point: 2,
    asks: "does cf-aig-collect-log: true open a gateway that collects nothing?",
    leaves: ON_THE_BINDING,
  },
  "binding-payload": {
    point: 1,
    asks: "does the Worker's switch keep bodies out of the log of its call?",
  },
  "binding-log": {
    point: 2,
    asks: "does the Worker's call leave a log where its gateway collects none?",
  },
  "put-only-fields": {
    point: 3,
    asks: "do a create and an update take exporters, guardrails, spend limits?",
    leaves: "DLP and classification",
  },
  "switched-off": {
    point: 10,
    asks: "does an update that switches them off clear them?",
    leaves: "that a deploy finds what was added by hand",
  },
  "gateway-deleted": {
    point: 12,
    asks: "are a deleted gateway's logs gone, also for a gateway of the same id?",
  },
  "delete-by-age": {
    point: 16,
    asks: "does a deletion keep to created_at and limit, and is the log gone?",
    leaves: "how many logs at a time",
  },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionId = keyof typeof QUESTIONS;

/** Whether `npm run probe` asks anything about a point. */
export function isAsked(point: number): boolean {
  return Object.values(QUESTIONS).some((question) => question.point === point);
}
