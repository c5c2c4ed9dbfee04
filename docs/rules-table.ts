import { RULES } from "../policy/rules/rules.ts";

/** Lists every rule, in the order in which they are checked, as a Markdown table. */
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
