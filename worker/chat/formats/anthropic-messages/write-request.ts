/** Writes a conversation as a request in Anthropic's Messages format. */
import type { Model } from "../../env.ts";
import { badRequest } from "../../refusal.ts";
import type { Conversation, Tool } from "../conversation.ts";
import { writeEffort } from "./effort.ts";
import { writeMessages } from "./write-messages.ts";

// The format requires a limit. Every model since Claude 3.5 writes as much as the first, every one
// since Claude 4 as much as the second, which leaves room for what a model thinks.
// https://platform.claude.com/docs/en/about-claude/models/overview
const MAX_TOKENS = 8_192;
const MAX_TOKENS_WITH_THINKING = 32_000;

/** Makes a model's inputs. Throws a RefusalError where the format cannot hold the conversation. */
export function writeMessagesRequest(
  conversation: Conversation,
  model: Model,
  isStreamed: boolean,
): object {
  refuseUnknown(conversation);
  const { maxTokens, stop, answerFormat } = conversation;
  const { thinking, output_config } = writeEffort(conversation);
  const format = answerFormat?.type === "schema" ? answerFormat.schema : undefined;
  const config = {
    ...output_config,
    ...(format && { format: { type: "json_schema", schema: format } }),
  };
  const isThinking = thinking?.type === "adaptive";
  const inputs = {
    max_tokens: maxTokens ?? (isThinking ? MAX_TOKENS_WITH_THINKING : MAX_TOKENS),
    ...writeMessages(conversation, model),
    ...writeTools(conversation),
    thinking,
    output_config: Object.keys(config).length === 0 ? undefined : config,
    stop_sequences: stop === undefined || stop.length === 0 ? undefined : stop,
    ...(!isThinking && sampling(conversation)),
    stream: isStreamed ? true : undefined,
  };
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
}

/** Lists what chooses among the next words, which a model that thinks does not take. */
function sampling({ temperature, topP, topK }: Conversation) {
  return { temperature, top_p: topP, top_k: topK };
}

function refuseUnknown({
  temperature,
  frequencyPenalty,
  presencePenalty,
  tools,
}: Conversation): void {
  if (temperature !== undefined && temperature > 1) {
    throw badRequest("invalid_value", "temperature: this model takes 1 or less", "temperature");
  }
  const penalties = { frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty };
  for (const [name, value] of Object.entries(penalties)) {
    if (value !== undefined && value !== 0) throw notTaken(name, name);
  }
  for (const tool of tools) {
    if (tool.kind === "own") throw notTaken(tool.path, `tool of type ${tool.type}`);
    if (tool.kind === "custom") throw notTaken("tools", "custom tools");
  }
}

function notTaken(path: string, what: string) {
  const text = `${path}: the model takes Anthropic's Messages format, which has no ${what}; leave it out, or ask another model`;
  return badRequest("unsupported_parameter", text, path);
}

/** Writes the tools that may be called: one alone, all, or only those that are named. */
function writeTools({ tools, toolChoice, parallelCalls }: Conversation): object {
  const { mode = "auto", only } = toolChoice ?? {};
  const functions = tools.filter((tool) => tool.kind === "function");
  const meant = functions.filter(({ name }) => only === undefined || only.includes(name));
  if (meant.length === 0) return {};
  const [first] = meant;
  const isOne = mode === "required" && only !== undefined && meant.length === 1;
  const listed = isOne ? functions : meant;
  const choice = isOne
    ? { type: "tool", name: first?.name }
    : { type: mode === "required" ? "any" : mode };
  const isPlain = mode === "auto" && parallelCalls !== false;
  const isSingle = parallelCalls === false && mode !== "none";
  return {
    tools: listed.map(writeTool),
    ...(!isPlain && {
      tool_choice: { ...choice, ...(isSingle && { disable_parallel_tool_use: true }) },
    }),
  };
}

function writeTool({ name, description, schema, strict }: Tool & { kind: "function" }): object {
  return {
    name,
    ...(description && { description }),
    // Anthropic's own check requires the type.
    input_schema: { type: "object", ...(schema ?? { properties: {} }) },
    ...(strict === true && { strict }),
  };
}
