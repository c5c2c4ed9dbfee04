import { nearestName, problemsIn } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, type Rule } from "./rule.ts";

const SOURCE = "docs/rules.md";

/** Adds a year to a day. Where there is no such day, the text still compares correctly. */
function aYearFrom(day: string): string {
  return `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
}

/** Makes the rules about waivers; `waivable` are the ids that one may name. */
export function waiverRules(waivable: readonly string[]): readonly Rule[] {
  return [
    {
      id: "waiver-unknown",
      requirement: "a waiver must name a rule that can be waived",
      because: "an exception to nothing is a slip of the pen",
      source: SOURCE,
      remedy: "name one of the rules in docs/rules.md",
      severity: BOTH_ERROR,
      breaches: ({ settings: { waivers } }) =>
        problemsIn("waivers[].rule", waivers, ({ rule }) => {
          if (waivable.includes(rule)) return undefined;
          const nearest = nearestName(rule, waivable);
          const guess = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
          return `is ${JSON.stringify(rule)}${guess}`;
        }),
    },
    {
      id: "waiver-expired",
      requirement: "a waiver must not be used after its last day",
      because: "an exception that does not end is a rule",
      source: SOURCE,
      remedy: "mend what it excuses and remove it, or review it anew with a later day",
      severity: BOTH_ERROR,
      breaches: ({ settings: { waivers } }, { today }) =>
        problemsIn(
          "waivers[].until",
          waivers,
          ({ rule, until }) => until < today && `was ${until} for ${rule}`,
        ),
    },
    {
      id: "waiver-too-long",
      requirement: "a waiver must end within a year",
      because: "an exception that outlives those who granted it is a rule",
      source: SOURCE,
      remedy: "set a nearer day, and review it again then",
      severity: BOTH_ERROR,
      breaches: ({ settings: { waivers } }, { today }) =>
        problemsIn(
          "waivers[].until",
          waivers,
          ({ rule, until }) => until > aYearFrom(today) && `is ${until} for ${rule}`,
        ),
    },
    {
      id: "waiver-unused",
      requirement: "a waiver must excuse from a rule that is broken",
      because: "left behind, it would excuse the next change without a review",
      source: SOURCE,
      remedy: "remove it",
      severity: STRICT_IN_PRODUCTION,
      breaches: ({ settings: { waivers } }, { broken, today }) =>
        problemsIn("waivers[].rule", waivers, ({ rule, until }) => {
          const isUnused = waivable.includes(rule) && !broken.has(rule) && until >= today;
          return isUnused && `is ${rule}, which the stack does not break`;
        }),
    },
  ];
}
