import type { Stack } from "../stack/stack.ts";
import type { Problem } from "../settings/problems.ts";
import type { Tier } from "../settings/settings.ts";

/** An error stops a preview, a deploy and `npm start`; a warning is printed. */
export type Severity = "error" | "warning";

/** A reason to look twice at a stack whose settings are each allowed. */
export interface Rule {
  /** What a waiver names. */
  readonly id: string;
  /** `a production stack stores no prompts and answers` */
  readonly says: string;
  readonly because: string;
  /** The page that states the fact of the platform behind it. */
  readonly source: string;
  /** `set it to metadata or none` */
  readonly remedy: string;
  /** Where a tier is absent, the rule does not hold. */
  readonly severity: Readonly<Partial<Record<Tier, Severity>>>;
  /** Each place where the stack breaks the rule, with what stands there: `logs.collect`, `is full`. */
  readonly breaches: (stack: Stack, around: Surroundings) => readonly Problem[];
}

export interface Surroundings {
  /** The project's other stacks, as far as their files can be read. */
  readonly others: readonly Stack[];
  /** `2026-12-31`, UTC */
  readonly today: string;
  /** Ids of the rules that the stack breaks; for the rules about waivers, which come last. */
  readonly broken: ReadonlySet<string>;
}

export const BOTH_ERROR = { development: "error", production: "error" } as const;
export const STRICT_IN_PRODUCTION = { development: "warning", production: "error" } as const;

/** Items of a list whose last day is over. */
export function expired(
  list: string,
  items: readonly { readonly name: string; readonly until?: string | undefined }[],
  today: string,
): readonly Problem[] {
  return items.flatMap(({ name, until }, index) =>
    breachIf(
      until !== undefined && until < today,
      `${list}[${index}].until`,
      `was ${until} for ${name}`,
    ),
  );
}

/** One problem if the condition holds. */
export function breachIf(condition: boolean, path: string, message: string): readonly Problem[] {
  return condition ? [{ path, message }] : [];
}
