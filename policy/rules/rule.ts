import type { Evidence } from "../evidence/evidence.ts";
import type { Stack } from "../stack/stack.ts";
import { problemsIn, type Problem } from "../settings/problems.ts";
import type { Tier } from "../settings/settings.ts";

/** An error stops a preview, a deploy and `npm start`; a warning is printed. */
export type Severity = "error" | "warning";

/** A reason to look twice at a stack whose settings are each allowed. */
export interface Rule {
  /** The id, which a waiver names. */
  readonly id: string;
  /** A sentence with "must" that follows the value: `a reader must have a last day`. */
  readonly requirement: string;
  readonly because: string;
  /** The page that states the fact of the platform behind the rule. */
  readonly source: string;
  /** The remedy, such as `set it to metadata or none`. */
  readonly remedy: string;
  /** The severity in each tier. Where a tier is absent, the rule does not apply. */
  readonly severity: Readonly<Partial<Record<Tier, Severity>>>;
  /** Lists each place that breaks the rule, with its value: `logs.collect`, `is full`. */
  readonly breaches: (stack: Stack, around: Surroundings) => readonly Problem[];
}

/** The facts that a rule knows besides the stack. */
export interface Surroundings {
  /** The project's other stacks, as far as their files can be read. */
  readonly others: readonly Stack[];
  /** The current day in UTC, such as `2026-12-31`. */
  readonly today: string;
  /** What accounts have shown; undefined where nobody has read it, as in a deploy. */
  readonly evidence?: readonly Evidence[];
  /** The ids of the rules that the stack breaks, for the rules about waivers, which come last. */
  readonly broken: ReadonlySet<string>;
}

/** An error in both tiers. */
export const BOTH_ERROR = { development: "error", production: "error" } as const;
/** An error in production, and a warning elsewhere. */
export const STRICT_IN_PRODUCTION = { development: "warning", production: "error" } as const;

/** Lists the items of a list whose last day is over. */
export function expired(
  list: string,
  items: readonly { readonly name: string; readonly until?: string | undefined }[],
  today: string,
): readonly Problem[] {
  return problemsIn(
    `${list}[].until`,
    items,
    ({ name, until }) => until !== undefined && until < today && `was ${until} for ${name}`,
  );
}
