import {
  BLOBS,
  columnOf,
  dashboardQueries,
  DOUBLES,
  type Column,
} from "../policy/gateway/metrics.ts";

/** Makes the Markdown table of a data point's columns, and the queries that dashboards make of them. */
export function metricsTable(): string {
  const place = { dataset: "ai_gateway_chat", stack: "prod" };
  return [
    "| column | name here | holds |",
    "| --- | --- | --- |",
    ...Object.entries({ ...BLOBS, ...DOUBLES }).map(
      ([name, meaning]) => `| \`${columnOf(toColumn(name))}\` | ${name} | ${meaning} |`,
    ),
    ...Object.entries(dashboardQueries(place)).flatMap(([title, sql]) => [
      "",
      `${title[0]?.toUpperCase()}${title.slice(1)}:`,
      "",
      "```sql",
      sql,
      "```",
    ]),
  ].join("\n");
}

function toColumn(name: string): Column {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.entries widens the names to text
  return name as Column;
}
