/** A statement for people: a page of Markdown, and text for a terminal. */
import type { Fact, Statement } from "./statement.ts";

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
  const points = statement.facts.flatMap(({ notProved = [] }) => notProved);
  const open = new Map(points.map(({ point, text }) => [point, text]));
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
    ...(open.size === 0 ? [] : ["", "Not proved without an account:", ""]),
    ...[...open].toSorted(([a], [b]) => a - b).map(([point, text]) => `- point ${point}: ${text}`),
  ].join("\n");
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
