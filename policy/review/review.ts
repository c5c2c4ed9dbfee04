/** A project's stack files as a reviewer wants them: what each states, which rules it breaks, and what a change means. */
import { compareStacks, type Change } from "../difference/difference.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { parseStackFile, type Offline, type Stack } from "../stack/stack.ts";
import type { Problem } from "../settings/problems.ts";
import { check, describeFinding, type Finding } from "../rules/rules.ts";
import { stateStack, type Statement } from "../statement/statement.ts";

/** Stack name → text of its file. */
export type StackFiles = ReadonlyMap<string, string>;

export type Difference =
  | { readonly kind: "changed"; readonly changes: readonly Change[] }
  | { readonly kind: "new" }
  | { readonly kind: "unreadable before"; readonly problems: readonly Problem[] };

export type StackReview =
  | {
      readonly stack: string;
      readonly kind: "reviewed";
      readonly statement: Statement;
      readonly findings: readonly Finding[];
      /** Undefined where there is nothing to compare with. */
      readonly difference: Difference | undefined;
      /** Pulumi may add settings that the file does not show. */
      readonly hasEnvironment: boolean;
    }
  | {
      readonly stack: string;
      readonly kind: "unreadable";
      readonly problems: readonly Problem[];
      readonly hasEnvironment: boolean;
    }
  | { readonly stack: string; readonly kind: "removed" };

export interface ReviewArgs {
  /** The files of the state that a change starts from. */
  readonly before?: StackFiles | undefined;
  readonly evidence?: readonly Evidence[];
  /** `2026-11-23` */
  readonly today: string;
}

/** One review for each stack, by name. */
export async function reviewStacks(
  files: StackFiles,
  { before, evidence = [], today }: ReviewArgs,
): Promise<readonly StackReview[]> {
  const read = new Map([...files].map(([name, text]) => [name, tryParse(name, text)]));
  const stacks = [...read.values()].flatMap((result) => (result.ok ? [result.stack] : []));
  const reviews = [...read].map(async ([name, result]): Promise<StackReview> => {
    const { hasEnvironment } = result;
    if (!result.ok) {
      return { stack: name, kind: "unreadable", problems: result.problems, hasEnvironment };
    }
    const others = stacks.filter((other) => other !== result.stack);
    return {
      stack: name,
      kind: "reviewed",
      statement: await stateStack(result.stack.settings, evidence),
      findings: check(result.stack, { others, today }),
      difference: before && compare(result.stack, before.get(name)),
      hasEnvironment,
    };
  });
  const removed = [...(before?.keys() ?? [])].filter((name) => !files.has(name));
  return [
    ...(await Promise.all(reviews)),
    ...removed.map((stack) => ({ stack, kind: "removed" }) as const),
  ];
}

/** Whether a pipeline should stop here. */
export function isRefused(review: StackReview): boolean {
  if (review.kind === "reviewed") {
    return review.findings.some(({ severity }) => severity === "error");
  }
  return review.kind === "unreadable";
}

/** Plain data of a review, for machines. */
export function toJson(review: StackReview): object {
  if (review.kind !== "reviewed") return review;
  return {
    ...review,
    findings: review.findings.map((finding) => ({
      ...describeFinding(finding),
      rule: finding.rule.id,
      severity: finding.severity,
      because: finding.rule.because,
      source: finding.rule.source,
    })),
  };
}

function compare(stack: Stack, before: string | undefined): Difference {
  if (before === undefined) return { kind: "new" };
  const read = tryParse(stack.name, before);
  if (!read.ok) return { kind: "unreadable before", problems: read.problems };
  return { kind: "changed", changes: compareStacks(read.stack, stack) };
}

/** A file that is no stack file at all is one more problem. */
function tryParse(name: string, text: string): Offline {
  try {
    return parseStackFile(name, text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      problems: [{ path: "", message: `the file is ${message}` }],
      hasEnvironment: false,
    };
  }
}
