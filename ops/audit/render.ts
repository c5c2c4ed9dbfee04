/** An audit for a terminal. */
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";
import { printableLine } from "../cli/printable.ts";

const MARKS: Record<Finding["kind"], string> = { ok: "✔", wrong: "✘", note: "·", unseen: "?" };

export function auditText(
  { accountId, stacks }: Pick<Declared, "accountId" | "stacks">,
  findings: readonly Finding[],
): string {
  const areas = [...new Set(findings.map(({ area }) => area))];
  return [
    `account ${accountId}: stack ${stacks.map(({ name }) => name).join(", ")}`,
    ...areas.map((area) =>
      [area, ...findings.filter((one) => one.area === area).map(line)].join("\n"),
    ),
    closing(findings),
  ].join("\n\n");
}

function line({ kind, where, what, remedy }: Finding): string {
  const text = `  ${MARKS[kind]} ${printableLine(where)}: ${printableLine(what)}`;
  return remedy === undefined ? text : `${text}\n    → ${printableLine(remedy)}`;
}

function closing(findings: readonly Finding[]): string {
  const count = (kind: Finding["kind"]): number =>
    findings.filter((finding) => finding.kind === kind).length;
  return `${count("wrong")} to act on, ${count("unseen")} not looked at`;
}
