import type { Rule } from "../policy/rules/rule.ts";
import { RULE_GROUPS, RULES } from "../policy/rules/rules.ts";
import { readExample, WITHOUT_EXAMPLE } from "./rule-examples.ts";

/** Makes a Markdown table for each group of rules, and below them an example of each rule. */
export function rulesTable(): string {
  return [
    ...Object.entries(RULE_GROUPS).flatMap(([name, rules]) => [
      `## ${name}`,
      "",
      "| rule | requirement, and its reason | severity | what to do |",
      "| --- | --- | --- | --- |",
      ...rules.map(row),
      "",
    ]),
    "## Examples",
    "",
    "Lines with `@@` are what the review reports of it, lines with `-` break the rule, lines with `+` keep it, and the others are in both. They are lines under `config:` of a production stack that breaks no other rule; `secure: v1:…` stands for a secret that Pulumi has encrypted. A test runs both sides through the reader of stack files and all rules, on 2026-11-22.",
    ...RULES.flatMap(example),
  ].join("\n");
}

function row({ id, requirement, because, source, severity, remedy }: Rule): string {
  const reason = source.startsWith("https:") ? `[${because}](${source})` : because;
  return `| [\`${id}\`](#${id}) | **${requirement}**: ${reason} | ${severityText(severity)} | ${remedy} |`;
}

function severityText({ development, production }: Rule["severity"]): string {
  if (production === undefined || development === production) return development ?? "";
  return development === undefined
    ? `${production} in production`
    : `${development}, in production ${production}`;
}

function example({ id }: Rule): readonly string[] {
  const text = WITHOUT_EXAMPLE[id] ?? `\`\`\`diff\n${readExample(id)}\`\`\``;
  return ["", `### ${id}`, "", text];
}
