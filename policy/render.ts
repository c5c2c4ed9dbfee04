/** A statement for people: a page of Markdown, and text for a terminal. */
import type { Fact, OpenPoint, Statement } from "./statement.ts";

/** `docs/policy/<stack>.md`: one fact a line, so that a line of the difference is a change of the policy. */
export function toPage(stack: string, statement: Statement): string {
  return [
    `# What stack ${stack} does with prompts and logs`,
    "",
    `Made from \`Pulumi.${stack}.yaml\` by \`npm run policy\`. What each log system stores, and how to prove what is not proved: [what is stored](../what-is-stored.md#open-points).`,
    "",
    toTable(statement),
    "",
    `Fingerprint \`${statement.fingerprint}\`, also the stack output \`policyFingerprint\`.`,
    "",
  ].join("\n");
}

/** The facts and exceptions alone, and below them what is not proved. */
export function toTable(statement: Statement): string {
  const open = openPoints(statement);
  return [
    `| question | ${statement.gatewayId} (${statement.tier}) |`,
    "| --- | --- |",
    ...statement.facts.map(
      (fact) => `| ${fact.question} | ${escapeMarkdown(fact.answer)}${mark(fact)} |`,
    ),
    ...statement.waivers.map(
      ({ rule, until, reason }) =>
        `| Exception from ${escapeMarkdown(rule)} | until ${until}: ${escapeMarkdown(reason)} |`,
    ),
    ...(open.length === 0 ? [] : ["", "Not proved without an account:", ""]),
    ...open.map(({ point, text }) => `- point ${point}: ${text}`),
  ].join("\n");
}

/** What of the whole statement is not proved, each point once, by number. */
export function openPoints({ facts }: Statement): readonly OpenPoint[] {
  const points = facts.flatMap(({ notProved = [] }) => notProved);
  const once = new Map(points.map((open) => [open.point, open]));
  return [...once.values()].toSorted((a, b) => a.point - b.point);
}

/** ` (not proved: 1, 10)`, with the points' own numbers: those of another row change nothing here. */
function mark({ notProved = [] }: Fact): string {
  if (notProved.length === 0) return "";
  return ` (not proved: ${notProved.map(({ point }) => point).join(", ")})`;
}

/** The same for a terminal, in two columns. */
export function toText(statement: Statement): string {
  const rows = [
    ...statement.facts.map((fact) => [
      fact.question,
      fact.notProved === undefined ? fact.answer : `${fact.answer} (not proved)`,
    ]),
    ...statement.waivers.map(({ rule, until, reason }) => [
      `Exception from ${rule}`,
      `until ${until}: ${reason}`,
    ]),
    ["Fingerprint", statement.fingerprint],
  ] as const;
  const width = Math.max(...rows.map(([question]) => question.length));
  return rows.map(([question, answer]) => `  ${question.padEnd(width)}  ${answer}`).join("\n");
}

/** Text of a stack file must not become markup of a page. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*[\]<>|]/g, String.raw`\$&`);
}
