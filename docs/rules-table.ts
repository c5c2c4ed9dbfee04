import { RULES } from "../policy/rules/rules.ts";

/** Every rule as a Markdown table, in the order in which they are checked. */
export function rulesTable(): string {
  return [
    "| rule | says | because | development | production | what to do |",
    "| --- | --- | --- | --- | --- | --- |",
    ...RULES.map(({ id, says, because, source, severity, remedy }) => {
      const reason = source.startsWith("https:") ? `[${because}](${source})` : because;
      const { development = "–", production = "–" } = severity;
      return `| \`${id}\` | ${says} | ${reason} | ${development} | ${production} | ${remedy} |`;
    }),
  ].join("\n");
}
