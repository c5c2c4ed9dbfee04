import type { Rule } from "../policy/rules/rule.ts";
import { RULES } from "../policy/rules/rules.ts";
import { readExample, WITHOUT_EXAMPLE } from "./rule-examples.ts";

/**
 * Makes the Markdown table of all rules, in the order in which they are checked, and below it an
 * example of each.
 */
export function rulesTable(): string {
  return [
    "| rule | requirement | because | development | production | what to do |",
    "| --- | --- | --- | --- | --- | --- |",
    ...RULES.map(row),
    "",
    "## Examples",
    "",
    "Lines with `-` break the rule, lines with `+` keep it, and the others are in both. They are lines under `config:` of a production stack that breaks no other rule; `secure: v1:…` stands for a secret that Pulumi has encrypted. A test runs both sides through the reader of stack files and all rules, on 2026-11-22.",
    ...RULES.flatMap(example),
  ].join("\n");
}

function row({ id, requirement, because, source, severity, remedy }: Rule): string {
  const reason = source.startsWith("https:") ? `[${because}](${source})` : because;
  const { development = "–", production = "–" } = severity;
  return `| [\`${id}\`](#${id}) | ${requirement} | ${reason} | ${development} | ${production} | ${remedy} |`;
}

function example({ id }: Rule): readonly string[] {
  const text = WITHOUT_EXAMPLE[id] ?? `\`\`\`diff\n${readExample(id)}\`\`\``;
  return ["", `### ${id}`, "", text];
}
