/** Writes a conversation as a request in OpenAI's Responses format. */
import type { Model } from "../../env.ts";
import { badRequest } from "../../refusal.ts";
import type { AnswerFormat, Conversation, Tool, ToolChoice } from "../conversation.ts";
import { includeFor } from "./include.ts";
import { writeInput } from "./write-input.ts";

/**
 * Writes the inputs of a model. Throws a RefusalError for a tool that only another format has, and
 * for `stop`. The format has no seed, no penalties, no top_k, no errors of tools, and no marks of a
 * cache that all its models take.
 */
export function writeResponsesRequest(conversation: Conversation, model: Model): object {
  const { tools, toolChoice, answerFormat, effort, verbosity, stop, maxTokens } = conversation;
  if (stop !== undefined && stop.length > 0) throw refuseStop(conversation.stopField);
  const custom = new Set(tools.flatMap((tool) => (tool.kind === "custom" ? [tool.name] : [])));
  return withoutAbsent({
    input: writeInput(conversation.messages, model),
    ...(tools.length > 0 && {
      tools: tools.map(writeTool),
      tool_choice: toolChoice && writeChoice(toolChoice, custom),
      parallel_tool_calls: conversation.parallelCalls,
    }),
    ...((answerFormat ?? verbosity) !== undefined && {
      text: withoutAbsent({ format: answerFormat && writeFormat(answerFormat), verbosity }),
    }),
    ...(effort !== undefined && { reasoning: { effort } }),
    // OpenAI's lowest; clients that try a connection send 1.
    ...(maxTokens !== undefined && { max_output_tokens: Math.max(16, maxTokens) }),
    temperature: conversation.temperature,
    top_p: conversation.topP,
    store: false,
    ...includeFor(model),
  });
}

function refuseStop(field = "stop") {
  return badRequest(
    "unsupported_parameter",
    `${field}: the model takes OpenAI's Responses format, which has no stop sequences; leave it out, or ask another model`,
    field,
  );
}

function writeTool(tool: Tool): object {
  if (tool.kind === "own") {
    throw badRequest(
      "unsupported_parameter",
      `${tool.path}: the model takes OpenAI's Responses format, which has no tool of type ${tool.type}; leave it out, or ask another model`,
      tool.path,
    );
  }
  const { name, description } = tool;
  if (tool.kind === "custom") {
    const format = tool.grammar && { type: "grammar", ...tool.grammar };
    return withoutAbsent({ type: "custom", name, description, format });
  }
  const parameters = tool.schema ?? { type: "object", properties: {} };
  // Absent, strict would be on: in the other formats it is off.
  const strict = tool.strict ?? false;
  return withoutAbsent({ type: "function", name, description, parameters, strict });
}

function writeChoice({ mode, only }: ToolChoice, custom: ReadonlySet<string>): unknown {
  if (only === undefined || mode === "none") return mode;
  const tools = only.map((name) => ({ type: custom.has(name) ? "custom" : "function", name }));
  return mode === "required" && tools.length === 1
    ? tools[0]
    : { type: "allowed_tools", mode, tools };
}

function writeFormat(format: AnswerFormat): object {
  if (format.type === "json") return { type: "json_object" };
  const { name, description, schema, strict } = format;
  return withoutAbsent({
    type: "json_schema",
    name,
    description,
    schema: schema ?? {},
    strict: strict ?? false,
  });
}

function withoutAbsent(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
