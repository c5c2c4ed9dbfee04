/** Defines findings about an account, and the judgements that make them. */
import { printableLine } from "../../policy/harmless.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import type { Answer, NoAnswer } from "../account/account.ts";

/** One finding about an account. */
export interface Finding {
  /**
   * Broken: somebody must act, and the command ends with 1. Warning and note: good to know.
   * Unknown: it could not be examined, so nothing is claimed about it.
   */
  readonly kind: "kept" | "broken" | "warning" | "note" | "unknown";
  /** The subject: a gateway, a Worker, a token, a promise. */
  readonly about: string;
  /** The finding itself, and what to do where there is no `remedy`. */
  readonly message: string;
  readonly remedy?: string;
}

/** The mark of each kind in tables. */
export const MARKS: Readonly<Record<Finding["kind"], string>> = {
  kept: "✔",
  broken: "✘",
  warning: "!",
  note: "·",
  unknown: "?",
};

/** Formats a finding for a terminal, its remedy on a line of its own. */
function formatFinding({ kind, about, message, remedy }: Finding): string {
  const text = `  ${MARKS[kind]} ${printableLine(about)}: ${printableLine(message)}`;
  return remedy === undefined ? text : `${text}\n    → ${printableLine(remedy)}`;
}

/** Makes a finding without a separate remedy. */
export function finding(kind: Finding["kind"], about: string, message: string): Finding {
  return { kind, about, message };
}

/** Reports a promise as kept, or as broken once for every problem. */
export function verdict(
  about: string,
  problems: readonly string[],
  kept: string,
): readonly Finding[] {
  if (problems.length === 0) return [finding("kept", about, kept)];
  return problems.map((problem) => finding("broken", about, problem));
}

/** Lists the problems whose condition holds. */
export function problemsIf(
  ...problems: readonly (readonly [isThere: boolean, problem: string])[]
): readonly string[] {
  return problems.flatMap(([isThere, problem]) => (isThere ? [problem] : []));
}

interface Look<T> {
  readonly about: string;
  /** What does not exist where there is nothing; absent where it is `about` itself. */
  readonly thing?: string;
  readonly answer: Answer<T>;
  readonly remedy: string;
}

/** Judges a value of the account where there is one. */
export function judge<T>(
  { about, thing, answer, remedy }: Look<T>,
  problemsOf: (value: T) => readonly string[],
  keptBy: string | ((value: T) => string),
): readonly Finding[] {
  if (answer.kind !== "answer") {
    const subject = thing === undefined ? "" : `${thing} `;
    return withoutAnswer(about, answer, `${subject}does not exist; ${remedy}`);
  }
  const { value } = answer;
  const kept = typeof keptBy === "string" ? keptBy : keptBy(value);
  const problems = problemsOf(value).map((problem) => `${problem}; ${remedy}`);
  return verdict(about, problems, kept);
}

/**
 * Reports a promise that cannot be judged: there was no answer, or nothing is there. `missing` then
 * says what does not exist, where it is not `about`, and what to do.
 */
export function withoutAnswer(
  about: string,
  answer: NoAnswer,
  missing: string,
): readonly Finding[] {
  return answer.kind === "missing"
    ? [finding("broken", about, missing)]
    : [notLookedAt(about, answer)];
}

/** Reports what the account did not answer; `missing` says why where it has no such thing. */
export function notLookedAt(about: string, answer: NoAnswer, missing = ""): Finding {
  const reason = answer.kind === "unknown" ? answer.reason : missing;
  return finding("unknown", about, `not looked at, because ${reason}`);
}

/** A finding, and the part of what was looked at to which it belongs. */
export interface InArea<Area extends string = string> extends Finding {
  readonly area: Area;
}

/** Puts findings into an area. */
export function inArea<Area extends string>(area: Area, findings: readonly Finding[]) {
  return findings.map((each): InArea<Area> => ({ area, ...each }));
}

/** Formats findings for a terminal, area by area. */
export function formatAreas(findings: readonly InArea[]): readonly string[] {
  const areas = Map.groupBy(findings, ({ area }) => area);
  return [...areas].map(([area, found]) => [area, ...found.map(formatFinding)].join("\n"));
}

/** Counts the findings of a kind. */
export function countOf(findings: readonly Finding[], wanted: Finding["kind"]): number {
  return findings.filter(({ kind }) => kind === wanted).length;
}

/** Returns the remedy where the account is not as the program declares it, whoever changed it. */
export function deployAgain({ name }: Stack): string {
  return `run pulumi up --refresh --stack ${name}`;
}

/** Reports a stack's gateway as missing, where the finding is about something that it has. */
export function noGateway(stack: Stack): string {
  return `gateway ${stack.settings.gatewayId} does not exist; ${deployAgain(stack)}`;
}
