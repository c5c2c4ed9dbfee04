/**
 * Lists the questions that `npm run probe` and `npm run verify` can answer about an account, and
 * the open point of a statement to which each belongs.
 */

/** A question about Cloudflare that the documentation leaves open. */
export interface Question {
  /** The number of its point in docs/what-is-stored.md, "Open points". */
  readonly point: number;
  readonly text: string;
  /**
   * What the answer takes beside the REST API: calls of a model, calls of the stack's own models of
   * third parties, or the stack's Worker, which `npm run verify` alone calls.
   */
  readonly takes?: "calls" | "models" | "worker";
  /** The part of the point that stays open when the answer is yes. */
  readonly leaves?: string;
}

const ON_THE_BINDING =
  "the same on a call of the AI binding, which npm run verify -- --evidence tries";

/** The questions, by the id in committed evidence: one that changes its meaning needs a new id. */
export const QUESTIONS = {
  "payload-header": {
    point: 1,
    takes: "calls",
    text: "does cf-aig-collect-log-payload: false keep bodies out of a log?",
    leaves: ON_THE_BINDING,
  },
  "log-header": {
    point: 2,
    takes: "calls",
    text: "does cf-aig-collect-log: true open a gateway that collects nothing?",
    leaves: ON_THE_BINDING,
  },
  "binding-payload": {
    point: 1,
    takes: "worker",
    text: "does the Worker's switch keep bodies out of the log of its call?",
  },
  "binding-log": {
    point: 2,
    takes: "worker",
    text: "does the Worker's call leave a log where its gateway collects none?",
  },
  "put-only-fields": {
    point: 3,
    text: "do a create and an update take exporters, guardrails, spend limits?",
    leaves: "DLP and classification",
  },
  "create-fields": {
    point: 3,
    text: "does a create keep every documented field?",
    leaves: "DLP, stripe, and a Secrets Store, which are things of the account",
  },
  "spend-units": {
    point: 4,
    takes: "calls",
    text: "are spend limits in US dollars, their windows in seconds, and calls over them refused?",
    leaves: "that calls of Workers AI count at their own price",
  },
  "switched-off": {
    point: 10,
    text: "does an update that switches them off clear them?",
    leaves: "that a deploy finds what was added by hand",
  },
  "model-format": {
    point: 19,
    takes: "models",
    text: "do the third parties' models take, and answer in, the format that is known or declared of them?",
    leaves: "other models, streams, and the same on a call of the AI binding",
  },
  "stream-format": {
    point: 20,
    takes: "models",
    text: "are the third parties' models' streams clean, so that they can pass unread?",
    leaves: "other models, other answers, and the same on a call of the AI binding",
  },
  "gateway-deleted": {
    point: 12,
    takes: "calls",
    text: "are a deleted gateway's logs gone, also for a gateway of the same id?",
  },
  "logpush-fields": {
    point: 17,
    text: "does Logpush offer the fields that a job asks for?",
    leaves: "what is in a copy",
  },
  "logpush-filter": {
    point: 17,
    text: "does Logpush take a filter by gateway?",
    leaves: "that it is heeded, and what is in a copy",
  },
  "analytics-unlogged": {
    point: 18,
    takes: "calls",
    text: "do analytics count a call whose log is off, with its metadata?",
    leaves: "for how long, and a call of the AI binding",
  },
  "delete-by-age": {
    point: 16,
    takes: "calls",
    text: "does a deletion keep to created_at and limit, and is the log gone?",
    leaves: "how many logs at a time",
  },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionId = keyof typeof QUESTIONS;

/** All ids, in the order of the list. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of this very object
export const QUESTION_IDS = Object.keys(QUESTIONS) as readonly QuestionId[];

/** Checks whether any question is about a point. */
export function isAsked(point: number): boolean {
  return Object.values(QUESTIONS).some((question) => question.point === point);
}
