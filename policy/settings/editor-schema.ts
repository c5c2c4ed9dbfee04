/**
 * Makes the JSON Schema of a stack file, with which editors complete, explain and mark it. The
 * program still does the check itself; both come from one schema, and this one knows how a file
 * spells values.
 */
import { allowed } from "./problems.ts";
import { jsonSchemas, scalarNode, type Node } from "./schema.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const PREFIX = "ai-gateway:";

/** The form in which `pulumi config set --secret` writes a secret. */
const CIPHER: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Makes the JSON Schema (draft 7) of a stack file. */
export function editorSchema(): JsonSchema {
  const { legacy, observability } = jsonSchemas;
  const { logs, ...shared } = legacy.properties ?? {};
  const system = `${PREFIX}logSystem`;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of AI Gateway as reviewed code",
    description: "Made by npm run docs from policy/settings/settings.ts",
    type: "object",
    required: ["config"],
    // A setting that lost its indentation would be ignored by Pulumi.
    propertyNames: { not: { pattern: ":" } },
    properties: {
      config: {
        type: "object",
        properties: {
          ...Object.fromEntries(
            Object.entries(shared).map(([key, node]) => [`${PREFIX}${key}`, toSetting(key, node)]),
          ),
          // The form of logs is chosen below; an editor shows this description before a log system
          // is named.
          [`${PREFIX}logs`]: {
            description: "what is logged, with or without bodies, and how long",
          },
        },
        required: (legacy.required ?? [])
          .filter((key) => key !== "accountId")
          .map((key) => PREFIX + key),
        // Other namespaces are free: cloudflare:…, pulumi:…. Pulumi adds the project's to a name
        // without one.
        propertyNames: {
          anyOf: [
            { enum: Object.keys(legacy.properties ?? {}).map((key) => PREFIX + key) },
            { pattern: `^(?:(?!${PREFIX}).*:.*|<<)$` },
          ],
        },
        if: { properties: { [system]: { const: "observability" } }, required: [system] },
        // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
        then: {
          properties: { [`${PREFIX}logs`]: toJsonSchema(observability.properties?.["logs"] ?? {}) },
        },
        else: { properties: { [`${PREFIX}logs`]: toJsonSchema(logs ?? {}) } },
      },
    },
  };
}

function toSetting(key: string, node: Node): JsonSchema {
  const schema = toJsonSchema(node);
  const { description, default: fallback } = schema;
  // `pulumi config set` without --path writes every value as text.
  if (node.type === "boolean") {
    const { type: _, ...rest } = schema;
    return { ...rest, enum: [true, false, "true", "false"] };
  }
  // An account's id may be encrypted: it decides nothing that a reviewer must read.
  if (key === "accountId") return { description, anyOf: [schema, CIPHER], default: fallback };
  return schema;
}

/** Converts a node to JSON Schema; a group may stand as the bare value of its shorthand, too. */
function toJsonSchema(node: Node): JsonSchema {
  const short = scalarNode(node);
  if (short === node) return toOwnSchema(node);
  return { description: describe(node), anyOf: [toOwnSchema(short), toOwnSchema(node)] };
}

/** Converts a node as it is; our own notes become the description that an editor shows. */
function toOwnSchema(node: Node): JsonSchema {
  const { properties, items, additionalProperties, secret, mayBeClear, ...rest } = node;
  const { expects: _, source, fallback: __, unshown: ___, shorthand: ____, ...plain } = rest;
  const description = describe(node);
  if (mayBeClear === true) {
    return { description, anyOf: [{ type: plain.type, pattern: plain.pattern }, CIPHER] };
  }
  if (secret === true) return { ...CIPHER, description };
  return {
    ...plain,
    ...(description !== undefined && { description }),
    ...(source !== undefined && { markdownDescription: `${description} ([source](${source}))` }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [key, toJsonSchema(child)]),
      ),
    }),
    ...(items && { items: toJsonSchema(items) }),
    ...(additionalProperties !== undefined && {
      additionalProperties: additionalProperties && toJsonSchema(additionalProperties),
    }),
  };
}

function describe(node: Node): string | undefined {
  const { description, title } = node;
  const text = description ?? title;
  return text === undefined ? undefined : `${text}. Allowed: ${allowed(node)}`;
}
