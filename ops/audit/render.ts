/** Formats an audit for a terminal, and for programs. */
import { countOf, formatAreas, type Finding } from "../look/finding.ts";
import type { AuditFinding } from "./audit.ts";
import type { Declared } from "./declared.ts";

type Audited = Pick<Declared, "accountId" | "stacks">;

export function auditText(
  { accountId, stacks }: Audited,
  findings: readonly AuditFinding[],
): string {
  return [
    `account ${accountId}: stack ${stacks.map(({ name }) => name).join(", ")}`,
    ...formatAreas(findings),
    `${countOf(findings, "broken")} to act on, ${countOf(findings, "unknown")} not looked at`,
  ].join("\n\n");
}

// Programs already read these names.
const KINDS: Readonly<Record<Finding["kind"], string>> = {
  kept: "ok",
  broken: "wrong",
  warning: "warning",
  note: "note",
  unknown: "unseen",
};

export function auditJson(
  { accountId, stacks }: Audited,
  findings: readonly AuditFinding[],
): object {
  return {
    accountId,
    stacks: stacks.map(({ name }) => name),
    findings: findings.map(({ area, kind, about, message, remedy }) => ({
      area,
      kind: KINDS[kind],
      where: about,
      what: message,
      remedy,
    })),
  };
}
