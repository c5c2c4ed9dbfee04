import { allowed } from "./problems.ts";
import { jsonSchemas, type Node } from "./schema.ts";

/** Makes the Markdown table of all settings, in the order in which a reviewer reads them. */
export function settingsTable(): string {
  return [
    "| setting | meaning | allowed | if absent |",
    "| --- | --- | --- | --- |",
    // The legacy schema has every setting of the other.
    ...listRows(jsonSchemas.legacy, ""),
  ].join("\n");
}

function listRows(group: Node, prefix: string): string[] {
  return Object.entries(group.properties ?? {}).flatMap(([key, node]) => {
    const name = `${prefix}${key}`;
    const isRequired = group.required?.includes(key) === true;
    const isListOfGroups = node.items?.properties !== undefined;
    const children = isListOfGroups
      ? listRows(node.items, `${name}[].`)
      : listRows(node, `${name}.`);
    if (node.description === undefined) return children;
    const cells = [
      `\`${name}\``,
      node.description,
      allowedCell(node),
      absentCell(node, isRequired),
    ];
    return [`| ${cells.join(" | ")} |`, ...children];
  });
}

function allowedCell(node: Node): string {
  if (node.type === "object") return "the settings below";
  const items = node.items?.expects === undefined ? "" : `, each ${node.items.expects}`;
  const source = node.source ?? node.items?.source;
  const text = allowed(node) + items;
  return source === undefined ? text : `[${text}](${source})`;
}

function absentCell(node: Node, isRequired: boolean): string {
  if (node.fallback !== undefined) return `\`${node.fallback}\` of the environment`;
  if (node.default !== undefined) return `\`${JSON.stringify(node.default)}\``;
  if (isRequired) return "an error";
  return node.type === "object" ? "off" : "nothing";
}
