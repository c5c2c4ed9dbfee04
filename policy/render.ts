/** A statement for people: a page of Markdown, and text for a terminal. */
import type { Fact, Statement } from "./statement.ts";

/** `docs/policy/<stack>.md`: one fact a line, so that a line of the difference is a change of the policy. */
export function toPage(stack: string, statement: Statement): string {
  return [
    `# What stack ${stack} does with prompts and logs`,
    "",
    `Made from \`Pulumi.${stack}.yaml\` by \`npm run policy\`. What each log system stores, and how to prove what is not proved: [what is stored](../what-is-stored.md).`,
    "",
    toTable(statement),
    "",
    `Fingerprint \`${statement.fingerprint}\`, also the stack output \`policyFingerprint\`.`,
    "",
  ].join("\n");
}

/** The facts and exceptions alone, and below them what is not proved. */
export function toTable(statement: Statement): string {
  const open = statement.facts.filter(isOpen);
  return [
    `| question | ${statement.gatewayId} (${statement.tier}) |`,
    "| --- | --- |",
    ...statement.facts.map((fact) => {
      const mark = isOpen(fact) ? ` (not proved: ${open.indexOf(fact) + 1})` : "";
      return `| ${fact.question} | ${escapeMarkdown(fact.answer)}${mark} |`;
    }),
    ...statement.waivers.map(
      ({ rule, until, reason }) =>
        `| Exception from ${escapeMarkdown(rule)} | until ${until}: ${escapeMarkdown(reason)} |`,
    ),
    ...(open.length === 0 ? [] : ["", "Not proved without an account:", ""]),
    ...open.map((fact, index) => `${index + 1}. ${fact.notProved}`),
  ].join("\n");
}

/** The same for a terminal, in two columns. */
export function toText(statement: Statement): string {
  const rows = [
    ...statement.facts.map((fact) => [
      fact.question,
      fact.answer + (isOpen(fact) ? " (not proved)" : ""),
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

type OpenFact = Fact & { readonly notProved: string };

function isOpen(fact: Fact): fact is OpenFact {
  return fact.notProved !== undefined;
}

/** Text of a stack file must not become markup of a page. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*[\]<>|]/g, String.raw`\$&`);
}
