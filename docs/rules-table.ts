import { RULES } from "../policy/rules/rules.ts";

/** Makes the Markdown table of all rules, in the order in which they are checked. */
export function rulesTable(): string {
  return [
    "| rule | requirement | because | development | production | what to do |",
    "| --- | --- | --- | --- | --- | --- |",
    ...RULES.map(({ id, requirement, because, source, severity, remedy }) => {
      const reason = source.startsWith("https:") ? `[${because}](${source})` : because;
      const { development = "–", production = "–" } = severity;
      return `| \`${id}\` | ${requirement} | ${reason} | ${development} | ${production} | ${remedy} |`;
    }),
  ].join("\n");
}
