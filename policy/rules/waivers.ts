/**
 * Defines the rules about exceptions. They come last, know which rules are broken, and cannot be
 * waived.
 */
import { nearestName } from "../settings/problems.ts";
import type { Rule } from "./rule.ts";

const SOURCE = "docs/rules.md";

/**
 * Adds a year: `2026-11-22` gives `2027-11-22`. Where there is no such day, the text still compares
 * correctly.
 */
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
      severity: { development: "error", production: "error" },
      breaches: ({ settings: { waivers } }) =>
        waivers.flatMap(({ rule }, index) => {
          if (waivable.includes(rule)) return [];
          const nearest = nearestName(rule, waivable);
          const guess = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
          return [
            { path: `waivers[${index}].rule`, message: `is ${JSON.stringify(rule)}${guess}` },
          ];
        }),
    },
    {
      id: "waiver-expired",
      requirement: "a waiver must not be used after its last day",
      because: "an exception that does not end is a rule",
      source: SOURCE,
      remedy: "mend what it excuses and remove it, or review it anew with a later day",
      severity: { development: "error", production: "error" },
      breaches: ({ settings: { waivers } }, { today }) =>
        waivers.flatMap(({ rule, until }, index) =>
          until < today
            ? [{ path: `waivers[${index}].until`, message: `was ${until} for ${rule}` }]
            : [],
        ),
    },
    {
      id: "waiver-too-long",
      requirement: "a waiver must end within a year",
      because: "an exception that outlives those who granted it is a rule",
      source: SOURCE,
      remedy: "set a nearer day, and review it again then",
      severity: { development: "error", production: "error" },
      breaches: ({ settings: { waivers } }, { today }) =>
        waivers.flatMap(({ rule, until }, index) =>
          until > aYearFrom(today)
            ? [{ path: `waivers[${index}].until`, message: `is ${until} for ${rule}` }]
            : [],
        ),
    },
    {
      id: "waiver-unused",
      requirement: "a waiver must excuse from a rule that is broken",
      because: "left behind, it would excuse the next change without a review",
      source: SOURCE,
      remedy: "remove it",
      severity: { development: "warning", production: "error" },
      breaches: ({ settings: { waivers } }, { broken, today }) =>
        waivers.flatMap(({ rule, until }, index) =>
          waivable.includes(rule) && !broken.has(rule) && until >= today
            ? [
                {
                  path: `waivers[${index}].rule`,
                  message: `is ${rule}, which the stack does not break`,
                },
              ]
            : [],
        ),
    },
  ];
}
