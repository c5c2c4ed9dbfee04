/** Defines findings about an account, and the judgements that make them. */
import { printableLine } from "../../policy/harmless.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import type { Answer } from "../account/account.ts";

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
export function formatFinding({ kind, about, message, remedy }: Finding): string {
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
  readonly answer: Answer<T>;
  readonly remedy: string;
}

/** Judges a value of the account where there is one. */
export function judge<T>(
  { about, answer, remedy }: Look<T>,
  problemsOf: (value: T) => readonly string[],
  keptBy: string | ((value: T) => string),
): readonly Finding[] {
  if (answer.kind !== "answer") return withoutAnswer(about, answer, remedy);
  const { value } = answer;
  const kept = typeof keptBy === "string" ? keptBy : keptBy(value);
  const problems = problemsOf(value).map((problem) => `${problem}; ${remedy}`);
  return verdict(about, problems, kept);
}

/** Reports a promise that cannot be judged: nothing is there, or there was no answer. */
export function withoutAnswer(
  about: string,
  answer: Exclude<Answer<unknown>, { readonly kind: "answer" }>,
  remedy: string,
): readonly Finding[] {
  return answer.kind === "missing"
    ? [finding("broken", about, `does not exist; ${remedy}`)]
    : [finding("unknown", about, `not looked at, because ${answer.reason}`)];
}

/** Returns the remedy where the account is not as the program declares it, whoever changed it. */
export function deployAgain({ name }: Stack): string {
  return `run pulumi up --refresh --stack ${name}`;
}
