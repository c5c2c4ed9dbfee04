/** What a look at an account found. */
import type { Stack } from "../../policy/stack/stack.ts";
import type { Answer } from "../account/account.ts";

export interface Finding {
  /**
   * Broken: somebody must act, and the command ends with 1. Warning and note: good to know. Unknown: it could not be
   * looked at, so nothing is said of it.
   */
  readonly kind: "kept" | "broken" | "warning" | "note" | "unknown";
  /** What was looked at: a gateway, a Worker, a token, a promise. */
  readonly about: string;
  /** What was found; where there is no `remedy`, also what to do. */
  readonly says: string;
  readonly remedy?: string;
}

export const MARKS: Readonly<Record<Finding["kind"], string>> = {
  kept: "✔",
  broken: "✘",
  warning: "!",
  note: "·",
  unknown: "?",
};

export function finding(kind: Finding["kind"], about: string, says: string): Finding {
  return { kind, about, says };
}

/** Finds a promise broken, once for every problem, or kept. */
export function verdict(
  about: string,
  problems: readonly string[],
  kept: string,
): readonly Finding[] {
  if (problems.length === 0) return [finding("kept", about, kept)];
  return problems.map((problem) => finding("broken", about, problem));
}

/** Lists the problems that are there. */
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

/** Judges what the account answered, where it answered. */
export function judge<T>(
  { about, answer, remedy }: Look<T>,
  problemsOf: (value: T) => readonly string[],
  keptBy: string | ((value: T) => string),
): readonly Finding[] {
  if (answer.kind !== "answer") return withoutAnswer(about, answer, remedy);
  const { value } = answer;
  const kept = typeof keptBy === "string" ? keptBy : keptBy(value);
  return verdict(about, withRemedy(problemsOf(value), remedy), kept);
}

/** Finds what there is where nothing can be judged: it is not there, or the account did not answer. */
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

export function withRemedy(problems: readonly string[], remedy: string): readonly string[] {
  return problems.map((problem) => `${problem}; ${remedy}`);
}
