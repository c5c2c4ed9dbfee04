/** What `npm run review -- --format json` printed, checked: it comes from another machine. */
import { z } from "zod";

import { EFFECTS } from "../../policy/gateway/effects.ts";
import { isStackName } from "../../policy/stack/project.ts";

const Stack = z.string().max(100).refine(isStackName);
const Problem = z.object({ path: z.string(), message: z.string() });
const Waiver = z.object({ rule: z.string(), until: z.iso.date(), reason: z.string() });

const Change = z.object({
  path: z.string(),
  from: z.string(),
  to: z.string(),
  effect: z.enum(EFFECTS),
  because: z.string().optional(),
  ends: z.string().optional(),
});

const Difference = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("changed"),
    changes: z.array(Change),
    renamedFrom: z.string().optional(),
  }),
  z.object({ kind: z.literal("new") }),
  z.object({ kind: z.literal("unreadable before"), problems: z.array(Problem) }),
]);

const StackPart = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("reviewed"),
    stack: Stack,
    statement: z.object({
      gatewayId: z.string(),
      tier: z.string(),
      fingerprint: z.string(),
      waivers: z.array(Waiver),
    }),
    findings: z.array(Problem.extend({ severity: z.enum(["error", "warning"]) })),
    difference: Difference.optional(),
    environments: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("unreadable"),
    stack: Stack,
    problems: z.array(Problem),
    environments: z.array(z.string()),
  }),
  z.object({ kind: z.literal("removed"), stack: Stack }),
]);

const CodePart = z.object({ kind: z.literal("code"), files: z.array(z.string()) });
const ProjectPart = z.object({ kind: z.literal("project"), problems: z.array(Problem) });
const KNOWN = new Set(["code", "project", "reviewed", "unreadable", "removed"]);
/** A kind that this version does not know, of which a comment says no more than that it is there. */
const OtherPart = z
  .object({ kind: z.string().refine((kind) => !KNOWN.has(kind)) })
  .transform(() => ({ kind: "other" as const }));

export const ReviewFile = z.array(z.union([StackPart, CodePart, ProjectPart, OtherPart])).min(1);

export type Parts = z.output<typeof ReviewFile>;
export type StackReview = z.output<typeof StackPart>;
export type Waiver = z.output<typeof Waiver>;
