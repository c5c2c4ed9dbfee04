/** A project's stack files as a reviewer wants them: what each states, which rules it breaks, and what a change means. */
import { compareStacks, type Change } from "../difference/difference.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Project } from "../stack/project.ts";
import { readStackOf } from "../stack/read-stack.ts";
import type { Offline, Stack } from "../stack/stack.ts";
import type { Problem } from "../settings/problems.ts";
import { check, describeFinding, type Finding } from "../rules/rules.ts";
import { stateStack, type Statement } from "../statement/statement.ts";

export type Difference =
  | {
      readonly kind: "changed";
      readonly changes: readonly Change[];
      /** The stack whose gateway this was, where the stack file has another name now. */
      readonly renamedFrom?: string;
    }
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
      /** The environments (Pulumi ESC) that the file names. */
      readonly environments: readonly string[];
    }
  | {
      readonly stack: string;
      readonly kind: "unreadable";
      readonly problems: readonly Problem[];
      readonly environments: readonly string[];
    }
  | { readonly stack: string; readonly kind: "removed" }
  /** What could make Pulumi take settings from elsewhere than the stack files. */
  | { readonly stack: "project"; readonly kind: "project"; readonly problems: readonly Problem[] };

export interface ReviewArgs {
  /** The files of the state that a change starts from. */
  readonly before?: Project | undefined;
  readonly evidence?: readonly Evidence[];
  /** `2026-11-23` */
  readonly today: string;
}

/** Reviews the project, where something is wrong with it, and then each stack, by name. */
export async function reviewStacks(
  project: Project,
  { before, evidence = [], today }: ReviewArgs,
): Promise<readonly StackReview[]> {
  const names = [...project.stacks.keys()];
  const read = new Map(names.map((name) => [name, readStackOf(project, name)]));
  const stacks = [...read.values()].flatMap((result) => (result.ok ? [result.stack] : []));
  const gone = [...(before?.stacks.keys() ?? [])].filter((name) => !project.stacks.has(name));
  const reviews = [...read].map(async ([name, result]): Promise<StackReview> => {
    if (!result.ok) {
      const { problems, environments } = result;
      return { stack: name, kind: "unreadable", problems, environments };
    }
    const others = stacks.filter((other) => other !== result.stack);
    return {
      stack: name,
      kind: "reviewed",
      statement: await stateStack(result.stack, evidence),
      findings: check(result.stack, { others, today, evidence }),
      difference: before && compare(result.stack, before, gone),
      environments: result.stack.environments,
    };
  });
  const { problems } = project;
  return [
    ...(problems.length > 0 ? [{ stack: "project", kind: "project", problems } as const] : []),
    ...(await Promise.all(reviews)),
    ...gone.map((stack) => ({ stack, kind: "removed" }) as const),
  ];
}

/** Whether a pipeline should stop here. */
export function isRefused(review: StackReview): boolean {
  if (review.kind === "reviewed") {
    return review.findings.some(({ severity }) => severity === "error");
  }
  return review.kind === "unreadable" || review.kind === "project";
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

/** A stack under a new name is compared with the one that had its gateway. */
function compare(stack: Stack, before: Project, gone: readonly string[]): Difference {
  if (before.stacks.has(stack.name)) return compareWith(stack, readStackOf(before, stack.name));
  for (const name of gone) {
    const read = readStackOf(before, name);
    if (!read.ok || read.stack.settings.gatewayId !== stack.settings.gatewayId) continue;
    return { kind: "changed", changes: compareStacks(read.stack, stack), renamedFrom: name };
  }
  return { kind: "new" };
}

function compareWith(stack: Stack, before: Offline): Difference {
  if (!before.ok) return { kind: "unreadable before", problems: before.problems };
  return { kind: "changed", changes: compareStacks(before.stack, stack) };
}
