/** Reads a request in Anthropic's Messages format. */
import { checkRequest, parseObject, unknownFields } from "../../refusal.ts";
import type { AnswerFormat, Conversation, Tool } from "../conversation.ts";
import type { ChatRequest } from "../format.ts";
import { requireReach } from "../reach.ts";
import { readEffort } from "./effort.ts";
import { readMessages } from "./read-messages.ts";
import { messagesRequest, UNSUPPORTED, type MessagesFields } from "./request.ts";
import { readTool, readToolChoice, type Allowed } from "./tools.ts";

/** Reads the body of a request. Throws a RefusalError for what cannot be served. */
export function readMessagesRequest(body: string, env: Allowed): ChatRequest {
  const json = parseObject(body);
  const request = checkRequest(json, messagesRequest, UNSUPPORTED);
  const { model, stream = false, output_format, output_config, ...rest } = request;
  const format = output_config?.format ?? output_format;
  const config = { ...output_config, ...(format && { format }) };
  const fields: MessagesFields = { ...rest, output_config: config };
  return {
    model,
    isStreamed: stream,
    conversation: toConversation(fields, env),
    fields: withoutAbsent(withoutEmptyChoice(fields)),
    ignored: unknownFields(json, messagesRequest.entries, UNSUPPORTED),
  };
}

/** Leaves out a choice that changes nothing, for there are no tools: Anthropic refuses it. */
function withoutEmptyChoice(fields: MessagesFields): MessagesFields {
  const { tools = [], tool_choice } = fields;
  const isEmpty =
    tools.length === 0 && (tool_choice?.type === "auto" || tool_choice?.type === "none");
  return isEmpty ? { ...fields, tool_choice: undefined } : fields;
}

function toConversation(fields: MessagesFields, env: Allowed): Conversation {
  const { tools = [], tool_choice, output_config } = fields;
  const { messages, own } = readMessages(fields, env);
  return {
    messages,
    tools: [
      ...tools.map((tool, place) => readTool(tool, place, env)),
      ...readReaches(fields, env),
      ...own,
    ],
    toolChoice: tool_choice && readToolChoice(tool_choice),
    parallelCalls: tool_choice?.disable_parallel_tool_use === true ? false : undefined,
    answerFormat: output_config?.format && toFormat(output_config.format.schema),
    maxTokens: fields.max_tokens,
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    stop: fields.stop_sequences,
    stopField: "stop_sequences",
    effort: readEffort(fields),
  };
}

/**
 * Reads what a request may ask of Anthropic beside an answer, and where. What is allowed stands among
 * the tools of this format alone, for no other format can hold it.
 */
function readReaches(fields: MessagesFields, env: Allowed): Tool[] {
  const { container, mcp_servers = [], thread, inference_geo } = fields;
  const asked = [
    { path: "container", reach: "code_execution", isAsked: container !== undefined },
    { path: "mcp_servers", reach: "mcp", isAsked: mcp_servers.length > 0 },
    { path: "thread", reach: "store", isAsked: thread !== undefined },
    { path: "inference_geo", reach: undefined, isAsked: inference_geo !== undefined },
  ] as const;
  return asked
    .filter(({ isAsked }) => isAsked)
    .map(({ path, reach }) => {
      if (reach !== undefined) requireReach(env, reach, path);
      return { kind: "own", type: path, path };
    });
}

function toFormat(schema: object): AnswerFormat {
  return { type: "schema", name: "answer", schema, strict: true };
}

/** Leaves out fields without a value, and those that are empty. */
function withoutAbsent(fields: MessagesFields): object {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined &&
        value !== null &&
        value !== "" &&
        (Object.keys(Object(value)).length > 0 || typeof value !== "object"),
    ),
  );
}
