/** Defines the rules about what an account has shown. They hold where the evidence is at hand. */
import { isByWorkerAlone } from "../gateway/collect.ts";
import { seenOf } from "../statement/cite.ts";
import { breachIf, type Rule } from "./rule.ts";

/** The open point about the switch that keeps bodies out of a log. */
const BODIES_OFF = 1;

/** The rules about evidence. */
export const evidenceRules: readonly Rule[] = [
  {
    id: "bodies-off-unproved",
    requirement: "production stores no bodies by switches that an account has shown to work",
    because:
      "the documentation has the Worker's switches, and nobody has seen them on an account like yours",
    source: "docs/what-is-stored.md",
    remedy:
      "run npm run probe on a stack of that account, and commit its evidence; npm run verify -- --evidence proves the rest",
    severity: { production: "warning" },
    breaches: ({ settings: { logs } }, { evidence }) => {
      if (!isByWorkerAlone(logs) || evidence === undefined) return [];
      const seen = seenOf(BODIES_OFF, evidence, logs.system);
      const state =
        seen === undefined
          ? "which no evidence of an account shows to work"
          : `which was seen to fail on ${seen.date} (${seen.file})`;
      return breachIf(seen?.verdict !== "kept", "logs.collect", `is ${logs.collect}, ${state}`);
    },
  },
];
