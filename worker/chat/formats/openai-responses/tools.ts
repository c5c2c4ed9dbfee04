/** The tools of a request, as OpenAI's Responses format has them. */
import * as v from "valibot";

import type { Tool } from "../conversation.ts";
import { plainObject } from "../plain-object.ts";
import { requireReach } from "../reach.ts";
import { kindOfTool } from "../tool-kinds.ts";
import { refuseField, type Reading } from "./reading.ts";

const nameShape = v.pipe(v.string(), v.minLength(1));
const text = v.nullish(v.string());

const functionTool = v.looseObject({
  type: v.literal("function"),
  name: nameShape,
  description: text,
  parameters: v.nullish(plainObject),
  strict: v.nullish(v.boolean()),
});
const customTool = v.looseObject({
  type: v.literal("custom"),
  name: nameShape,
  description: text,
  format: v.nullish(v.looseObject({ syntax: text, definition: text })),
});
const grouped = v.variant("type", [functionTool, customTool]);
const namespaceTool = v.looseObject({
  type: v.literal("namespace"),
  name: nameShape,
  tools: v.array(grouped),
});
const otherTool = v.looseObject({
  type: v.string(),
  environment: v.nullish(v.looseObject({ type: text })),
});

const SHAPES = { function: functionTool, custom: customTool, namespace: namespaceTool };

/** One tool; what is not said of a type here is its provider's business. */
export const toolShape = v.lazy(
  (value): (typeof SHAPES)[keyof typeof SHAPES] | typeof otherTool => {
    const type: unknown = Object(value).type;
    return type === "function" || type === "custom" || type === "namespace"
      ? SHAPES[type]
      : otherTool;
  },
);

type AnyTool = v.InferOutput<typeof toolShape>;
type Grouped = v.InferOutput<typeof grouped>;

/** Reads tools at a path. Throws a RefusalError for one that is unknown, or not allowed. */
export function readTools(tools: readonly AnyTool[], path: string, reading: Reading): void {
  for (const [index, each] of tools.entries()) {
    readTool(each, `${path}.${index}`, reading);
  }
}

function readTool(tool: AnyTool, path: string, reading: Reading): void {
  requireTool(tool.type, path, reading);
  if (isGrouped(tool)) reading.tools.push(toTool(tool, tool.name));
  else if (isNamespace(tool)) {
    reading.tools.push(...tool.tools.map((each) => toTool(each, nameWithin(tool.name, each.name))));
  } else {
    if (isHosted(tool)) requireReach(reading.env, "code_execution", `${path}.environment`);
    reading.keepOwn(tool.type, path);
  }
}

/** Throws a RefusalError for a tool that is unknown, or that a provider carries out unallowed. */
export function requireTool(type: string, path: string, { env }: Reading): void {
  const kind = kindOfTool(type);
  if (kind === undefined) {
    throw refuseField(path, `a tool of the type ${quoteType(type)} is not known here`);
  }
  if (kind.by === "provider") requireReach(env, kind.reach, path);
}

/** Names a tool of a namespace for the formats that have none. */
export function nameWithin(namespace: string | null | undefined, tool: string): string {
  return namespace === null || namespace === undefined ? tool : `${namespace}__${tool}`;
}

/** Shows a type in a message, as far as it looks like one. */
function quoteType(type: string): string {
  return /^[\w.:-]{1,64}$/.test(type) ? JSON.stringify(type) : "given";
}

function toTool(tool: Grouped, name: string): Tool {
  const description = tool.description ?? undefined;
  if (tool.type === "custom") {
    const { syntax, definition } = tool.format ?? {};
    const grammar = syntax && definition ? { syntax, definition } : undefined;
    return { kind: "custom", name, description, ...(grammar && { grammar }) };
  }
  const schema = tool.parameters ?? undefined;
  return { kind: "function", name, description, schema, strict: tool.strict ?? undefined };
}

function isGrouped(tool: AnyTool): tool is Grouped {
  return tool.type === "function" || tool.type === "custom";
}

function isNamespace(tool: AnyTool): tool is v.InferOutput<typeof namespaceTool> {
  return tool.type === "namespace";
}

/** Returns whether a shell runs in the provider's container rather than at the caller's. */
function isHosted(tool: AnyTool): boolean {
  const environment: unknown = "environment" in tool ? tool.environment : undefined;
  const type: unknown = Object(environment).type;
  return tool.type === "shell" && typeof type === "string" && type !== "local";
}
