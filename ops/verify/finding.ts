/** What a look at one promise found. */
import type { Stack } from "../../policy/stack/stack.ts";
import type { Account, Answer } from "../account/account.ts";

export interface Finding {
  /** Broken ends the command with 1. A warning and an unknown do not: no promise is seen to be broken. */
  readonly kind: "kept" | "broken" | "warning" | "unknown";
  /** What was looked at. */
  readonly about: string;
  /** What was found; for a broken promise also what to do. */
  readonly says: string;
}

export type Check = (account: Account) => Promise<readonly Finding[]>;

export function finding(kind: Finding["kind"], about: string, says: string): Finding {
  return { kind, about, says };
}

/** Broken with every problem, or kept. */
export function verdict(about: string, problems: readonly string[], kept: string): Finding[] {
  if (problems.length === 0) return [finding("kept", about, kept)];
  return problems.map((problem) => finding("broken", about, problem));
}

/** What to say where there is nothing to judge: it is not there, or the account did not tell. */
export function withoutAnswer(
  about: string,
  answer: Exclude<Answer<unknown>, { readonly kind: "answer" }>,
  remedy: string,
): readonly Finding[] {
  return answer.kind === "missing"
    ? [finding("broken", about, `does not exist; ${remedy}`)]
    : [finding("unknown", about, `not looked at, because ${answer.reason}`)];
}

/** Where the account is not as the program declares it, whoever changed it. */
export function deployAgain({ name }: Stack): string {
  return `run pulumi up --refresh --stack ${name}`;
}

export function withRemedy(problems: readonly string[], remedy: string): readonly string[] {
  return problems.map((problem) => `${problem}; ${remedy}`);
}
