/**
 * JSON Schema of a stack file, for editors: they complete, explain and mark as one types. The check itself stays the
 * program's; this is made from the same schema, and knows the form in which a file writes things.
 */
import { allowed } from "./problems.ts";
import { jsonSchemas, type Node } from "./schema.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

const PREFIX = "ai-gateway:";

/** What `pulumi config set --secret` writes. */
const CIPHER: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

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
    // A setting that lost its indentation is one that Pulumi ignores.
    propertyNames: { not: { pattern: ":" } },
    properties: {
      config: {
        type: "object",
        properties: {
          ...Object.fromEntries(
            Object.entries(shared).map(([key, node]) => [`${PREFIX}${key}`, toSetting(key, node)]),
          ),
          // Its form is chosen below; this is what an editor explains before a log system is named.
          [`${PREFIX}logs`]: {
            description: "what is logged, with or without bodies, and how long",
          },
        },
        required: (legacy.required ?? [])
          .filter((key) => key !== "accountId")
          .map((key) => PREFIX + key),
        // Other namespaces are free: cloudflare:…, pulumi:…. A name without one Pulumi gives to the project.
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
  // An account's id may be encrypted; it decides nothing that a reviewer must read.
  if (key === "accountId") return { description, anyOf: [schema, CIPHER], default: fallback };
  return schema;
}

/** Without our own notes, which become words for a hover. */
function toJsonSchema(node: Node): JsonSchema {
  const { properties, items, additionalProperties, secret, mayBeClear, ...rest } = node;
  const { expects: _, source, fallback: __, unshown: ___, ...plain } = rest;
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
