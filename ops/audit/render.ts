/** Formats an audit for a terminal, and for programs. */
import { formatFinding, type Finding } from "../look/finding.ts";
import type { AuditFinding } from "./audit.ts";
import type { Declared } from "./declared.ts";

type Audited = Pick<Declared, "accountId" | "stacks">;

export function auditText(
  { accountId, stacks }: Audited,
  findings: readonly AuditFinding[],
): string {
  const areas = Map.groupBy(findings, ({ area }) => area);
  return [
    `account ${accountId}: stack ${stacks.map(({ name }) => name).join(", ")}`,
    ...[...areas].map(([area, found]) => [area, ...found.map(formatFinding)].join("\n")),
    closing(findings),
  ].join("\n\n");
}

function closing(findings: readonly Finding[]): string {
  const count = (wanted: Finding["kind"]): number =>
    findings.filter(({ kind }) => kind === wanted).length;
  return `${count("broken")} to act on, ${count("unknown")} not looked at`;
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
