/** Formats a dated record of what canaries left, in Markdown, without a prompt. */
import { escapeMarkdown } from "../../policy/harmless.ts";
import { markdownTable } from "../cli/print.ts";
import { MARKS, type Finding } from "../look/finding.ts";
import type { Flight } from "./canaries.ts";

/** The contents of a record. */
export interface RecordArgs {
  readonly stack: string;
  readonly at: Date;
  readonly findings: readonly Finding[];
  readonly flights: readonly Flight[];
}

export function formatRecord({ stack, at, findings, flights }: RecordArgs): string {
  return [
    `# Verification of ${stack}, ${at.toISOString()}`,
    table(
      ["", "about", "found"],
      findings.map(({ kind, about, message }) => [MARKS[kind], about, message]),
    ),
    ...flights.map(formatFlight),
  ].join("\n\n");
}

function formatFlight({ canary, logs }: Flight): string {
  const { kind, ...sent } = canary;
  const rows = Object.entries(sent).filter(([, value]) => value !== undefined);
  return [
    `## Canary: ${kind}`,
    table(["answer", "value"], rows.map(toRow)),
    ...(logs.length === 0 ? ["No log was found."] : []),
    ...logs.map(({ fields, bodies }) =>
      table(
        ["log", "value"],
        [...Object.entries(fields).map(toRow), ["bodies", bodies.join(", ") || "none"]],
      ),
    ),
  ].join("\n\n");
}

function toCell(text: string): string {
  return escapeMarkdown(text.replaceAll(/\s+/g, " "));
}

function toRow([name, value]: readonly [string, unknown]): readonly string[] {
  return [name, typeof value === "string" ? value : JSON.stringify(value)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable([head, ...rows].map((cells) => cells.map(toCell)));
}
