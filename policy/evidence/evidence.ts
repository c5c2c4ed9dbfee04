/**
 * Defines what `npm run probe` and `npm run verify` saw on an account. The files are committed and
 * reviewed, so no id, token or other secret may be in them. The same schema writes and reads them.
 */
import { z } from "zod";

import { parseJson } from "../json.ts";
import { formatPath } from "../settings/schema.ts";
import { FORMATS } from "../settings/formats.ts";
import { QUESTIONS, type QuestionId } from "./questions.ts";

/** Kept and broken are about the promise of the question's point; unknown is no answer. */
const VERDICTS = ["kept", "broken", "unknown"] as const;
const LOG_SYSTEMS = ["legacy", "observability"] as const;

// No user, path or query is allowed: an account's id or a token may be in it.
const origin = z
  .string()
  .refine(
    isOrigin,
    expected("an address such as https://api.cloudflare.com, and nothing after it"),
  );
const line = z
  .string(expected("text"))
  // A run of characters as long as an account's id or a token may be one; a token's may have
  // hyphens.
  .regex(/^(?!.*(?:\w{32}|[\w-]{40}))[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u, {
    error:
      "is no line of 1 to 300 characters without a word of 32 or more; write what was seen, and no id or token",
  });

const model = group({
  id: line,
  /** The format in which it was asked: a verdict says nothing about another. */
  speaks: z.enum(FORMATS, expected(`one of ${FORMATS.join(", ")}`)),
  verdict: z.enum(VERDICTS, expected(`one of ${VERDICTS.join(", ")}`)),
});

const answer = group({
  question: z.custom<QuestionId>(
    isQuestion,
    expected(`one of ${Object.keys(QUESTIONS).join(", ")}`),
  ),
  at: z.iso.datetime(expected("a moment such as 2026-11-23T09:30:00Z")),
  verdict: z.enum(VERDICTS, expected(`one of ${VERDICTS.join(", ")}`)),
  seen: line,
  /** The verdict on each model, where a question is about models. */
  models: z.array(model, expected("a list")).optional(),
});

const run = group({
  /** The subject of the answers: other hosts are not Cloudflare, and the two log systems differ. */
  asked: group({
    api: origin,
    gateways: origin.optional(),
    logSystem: z.enum(LOG_SYSTEMS, expected(`one of ${LOG_SYSTEMS.join(", ")}`)),
    sdk: line,
    model: line.optional(),
  }),
  answers: z.array(answer, expected("a list")),
});

/** The answer to one question, with what was seen. */
export type EvidenceAnswer = z.output<typeof answer>;
/** The answers of one run, and what they are about. */
export type EvidenceRun = z.output<typeof run>;
/** The subject of a run: hosts, log system, SDK and model. */
export type EvidenceSubject = EvidenceRun["asked"];

export interface Evidence extends EvidenceRun {
  readonly file: string;
}

/** The evidence of all files, or every problem in them. */
type ParsedEvidence =
  | { readonly ok: true; readonly evidence: readonly Evidence[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Parses all evidence, by file name; together, because a wrong file would else be missed. */
export function parseEvidence(files: ReadonlyMap<string, string>): ParsedEvidence {
  const evidence: Evidence[] = [];
  const problems: string[] = [];
  for (const [file, text] of files) {
    const read = parseRun(text);
    if (read.ok) evidence.push({ file, ...read.run });
    else problems.push(...read.problems.map((problem) => `${file}: ${problem}`));
  }
  return problems.length === 0 ? { ok: true, evidence } : { ok: false, problems };
}

/** Formats a run as the text of a file. Throws where something in it may be a secret. */
export function formatEvidence(evidence: EvidenceRun): string {
  return `${JSON.stringify(run.parse(evidence), null, 2)}\n`;
}

const CLOUDFLARE = {
  api: "https://api.cloudflare.com",
  gateways: "https://gateway.ai.cloudflare.com",
};

/** Checks that a run called Cloudflare itself: the embedded account proves nothing of it. */
export function isOfCloudflare({ api, gateways = CLOUDFLARE.gateways }: EvidenceSubject): boolean {
  return api === CLOUDFLARE.api && gateways === CLOUDFLARE.gateways;
}

const NO_JSON = "the file is no JSON; run npm run probe again, or restore it";

function parseRun(text: string) {
  const raw = parseJson(text);
  if (raw === undefined) return { ok: false, problems: [NO_JSON] } as const;
  const { data, error } = run.safeParse(raw);
  return error === undefined
    ? ({ ok: true, run: data } as const)
    : ({ ok: false, problems: error.issues.map(describe) } as const);
}

function group<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `has ${issue.keys?.join(", ")}, which is not known; remove it, or update this project`
        : expected(`a group of ${Object.keys(shape).join(", ")}`).error(issue),
  });
}

function expected(what: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) =>
      input === undefined
        ? `is missing; set it to ${what}`
        : `is ${show(input)}; allowed is ${what}`,
  };
}

function show(input: unknown): string {
  if (typeof input === "object" && input !== null)
    return Array.isArray(input) ? "a list" : "a group";
  const text = JSON.stringify(input);
  return text.length > 31 ? `a value of ${text.length} characters` : text;
}

function describe({ path, message }: z.core.$ZodIssue): string {
  return `${path.length === 0 ? "the file" : formatPath(path)} ${message}`;
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text;
}

function isQuestion(value: unknown): boolean {
  return typeof value === "string" && Object.hasOwn(QUESTIONS, value);
}
