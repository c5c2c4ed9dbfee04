/**
 * Lists the Worker's endpoints, and what becomes of every field of OpenAI's and Anthropic's requests.
 * The fields are keys of their own SDKs, so that one which an upgrade adds does not compile until its
 * fate is decided; a test compares them with the Worker.
 */
import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";

import { routeOf, type Endpoint } from "../worker/chat/endpoints/endpoint.ts";
import { ENDPOINTS } from "../worker/chat/endpoints/endpoints.ts";

/** The treatment of a field by the Worker. */
export type Fate = "passed on" | "translated" | "refused" | "ignored";

type Fates<Request> = Readonly<Record<keyof Request, readonly [Fate, about?: string]>>;

/** The fate of every field of a chat request, with what a reader should know about it. */
export const CHAT_FIELDS: Fates<OpenAI.ChatCompletionCreateParamsStreaming> = {
  model: ["translated", "one of the stack's; a fallback may answer in its place"],
  messages: [
    "translated",
    "texts, images, files in full, calls and results; no audio. Reasoning and what signs calls go back to the model that is asked, not to a fallback. Workers AI's models get `developer` as `system`, text parts as one text, no null, images only as `data:` (they take no address), and no files",
  ],
  stream: ["passed on"],
  stream_options: ["translated", "`include_usage` is obeyed, and reaches a third party's models"],
  temperature: ["passed on"],
  top_p: ["passed on"],
  max_completion_tokens: ["translated", "`max_tokens` for Workers AI's models"],
  max_tokens: ["translated", "`max_completion_tokens` for a third party's"],
  seed: ["passed on"],
  stop: ["passed on"],
  frequency_penalty: ["passed on"],
  presence_penalty: ["passed on"],
  tools: ["passed on", "Workers AI's models get a custom tool as a function of one text"],
  tool_choice: ["passed on", "Workers AI's models are offered the `allowed_tools` alone"],
  parallel_tool_calls: ["passed on"],
  response_format: [
    "translated",
    "Workers AI's models get the schema of a `json_schema` alone, its name as `title`, and no `text`; the older ones refuse it with `stream`",
  ],
  reasoning_effort: ["passed on"],
  n: ["refused", "other than 1"],
  logprobs: ["refused", "other than false"],
  top_logprobs: ["refused", "other than 0"],
  logit_bias: ["refused"],
  functions: ["refused"],
  function_call: ["refused"],
  modalities: ["refused"],
  audio: ["refused"],
  prediction: ["refused"],
  moderation: ["refused"],
  verbosity: ["passed on", "to third parties' models"],
  prompt_cache_key: ["passed on", "to third parties' models"],
  web_search_options: ["refused", "unless the stack allows `web_search`"],
  metadata: ["ignored", "the log's metadata is the Worker's own"],
  store: ["refused", "`true`, unless the stack allows `store`"],
  user: ["ignored", "the log names the caller by its token"],
  safety_identifier: ["ignored"],
  service_tier: ["ignored"],
  prompt_cache_options: ["ignored"],
  prompt_cache_retention: ["refused", "`24h`, unless the stack allows `cache_24h`"],
};

/** The fate of every field of a request in the Responses format. */
export const RESPONSES_FIELDS: Fates<OpenAI.Responses.ResponseCreateParamsStreaming> = {
  model: ["translated", "one of the stack's; a fallback may answer in its place"],
  input: [
    "translated",
    "a text, or items: messages, calls and results of functions and custom tools, reasoning with its encrypted content (without one it is dropped). Items that only this format has, such as those of shells, computers and patches, reach models of this format alone; an `item_reference`, `file_id` or `file_url` is refused",
  ],
  instructions: ["passed on", "as a system message in other formats"],
  stream: ["passed on"],
  stream_options: ["passed on", "ignored in other formats"],
  tools: [
    "passed on",
    "tools that the caller carries out; in other formats functions and custom tools alone, those of a `namespace` by both names. Tools that the provider carries out are refused unless the stack allows them",
  ],
  tool_choice: ["passed on"],
  parallel_tool_calls: ["passed on"],
  max_tool_calls: ["passed on", "ignored in other formats"],
  max_output_tokens: ["passed on"],
  temperature: ["passed on"],
  top_p: ["passed on"],
  text: ["passed on"],
  reasoning: ["passed on", "`effort` alone in other formats"],
  top_logprobs: ["passed on", "refused in other formats"],
  include: [
    "translated",
    "with `reasoning.encrypted_content`, but for OpenAI's models that do not reason; ignored in other formats",
  ],
  truncation: ["passed on", "ignored in other formats"],
  context_management: ["passed on", "ignored in other formats"],
  image: ["passed on", "ignored in other formats"],
  access_programs: ["passed on", "ignored in other formats"],
  service_tier: ["passed on", "ignored in other formats"],
  metadata: ["passed on", "ignored in other formats; the log's metadata is the Worker's own"],
  user: ["passed on", "ignored in other formats"],
  safety_identifier: ["passed on", "ignored in other formats"],
  prompt_cache_key: ["passed on", "ignored in other formats"],
  prompt_cache_options: [
    "passed on",
    "ignored in other formats; refused with a `ttl` of more than 30 minutes, unless the stack allows `cache_24h`",
  ],
  prompt_cache_retention: ["refused", "`24h`, unless the stack allows `cache_24h`"],
  store: ["refused", "`true`, unless the stack allows `store`; `false` is sent always"],
  previous_response_id: ["refused", "unless the stack allows `store`"],
  conversation: ["refused", "unless the stack allows `store`"],
  prompt: ["refused", "unless the stack allows `store`"],
  background: ["refused", "`true`, unless the stack allows `background`"],
  background_options: ["refused", "unless the stack allows `background`"],
  moderation: ["refused"],
};

type MessagesParams = Anthropic.Beta.Messages.MessageCreateParams;
/** The fields that Anthropic's newest models no longer take. */
type Sampling = Record<"temperature" | "top_p" | "top_k", number>;

/** The fate of every field of a request in Anthropic's Messages format. */
export const MESSAGES_FIELDS: Fates<MessagesParams & Sampling> = {
  model: ["translated", "one of the stack's; a fallback may answer in its place"],
  max_tokens: ["passed on"],
  messages: [
    "translated",
    "every block of a client's; unchanged to a model of this format, but for thinking that another model signed. In other formats texts, images, documents, calls and results: a document in text and a search result are texts, without citations. Files by id, documents by address and blocks of the provider's tools are refused unless the stack allows `files`, `web_fetch` or the tool",
  ],
  system: ["passed on", "as a system message in other formats"],
  stream: ["passed on"],
  tools: [
    "passed on",
    "tools that the caller carries out; of those that Anthropic defines (bash, text editor, computer, browser, memory, tool search) no other format has one. Tools that the provider carries out are refused unless the stack allows them",
  ],
  tool_choice: ["passed on"],
  temperature: ["passed on"],
  top_p: ["passed on"],
  top_k: ["passed on", "ignored in OpenAI's formats"],
  stop_sequences: ["passed on"],
  thinking: [
    "passed on",
    "in other formats a budget up to 4,096 is the effort `low`, up to 16,384 `medium`, else `high`; `adaptive` and `disabled` leave it to the model",
  ],
  output_config: [
    "passed on",
    "`effort` and `format`; in other formats the effort `max` is `xhigh`",
  ],
  output_format: ["translated", "`output_config.format`"],
  cache_control: ["passed on", "ignored in other formats, as are marks on blocks"],
  metadata: ["passed on", "ignored in other formats; the log's metadata is the Worker's own"],
  service_tier: ["passed on", "ignored in other formats"],
  speed: ["passed on", "ignored in other formats"],
  inference_geo: ["passed on", "refused in other formats"],
  container: ["refused", "unless the stack allows `code_execution`"],
  mcp_servers: ["refused", "unless the stack allows `mcp`"],
  thread: ["refused", "unless the stack allows `store`"],
  compaction: ["refused"],
  context_management: ["ignored", "it needs a beta header, and no call of the Worker has one"],
  diagnostics: ["ignored"],
  fallbacks: ["ignored", "the stack names the fallbacks"],
  fallback_credit_token: ["ignored"],
  billing_policy: ["ignored"],
  betas: ["ignored", "as is the header `anthropic-beta`"],
  user_profile_id: ["ignored"],
  workspace_id: ["ignored"],
};

/** The fate of every field of a request in the older form of completions. */
export const COMPLETION_FIELDS: Fates<OpenAI.CompletionCreateParamsStreaming> = {
  model: ["translated", "one of the stack's; a fallback may answer in its place"],
  prompt: ["translated", "one text, sent as a message of the user; no tokens"],
  stream: ["translated"],
  stream_options: ["translated", "`include_usage` is obeyed"],
  max_tokens: ["translated"],
  temperature: ["translated"],
  top_p: ["translated"],
  seed: ["translated"],
  stop: ["translated"],
  frequency_penalty: ["translated"],
  presence_penalty: ["translated"],
  n: ["refused", "other than 1"],
  best_of: ["refused", "other than 1"],
  echo: ["refused", "other than false"],
  logprobs: ["refused"],
  logit_bias: ["refused"],
  suffix: ["refused"],
  user: ["ignored", "the log names the caller by its token"],
};

/** The fate of every field of an embedding request. */
export const EMBEDDING_FIELDS: Fates<OpenAI.EmbeddingCreateParams> = {
  model: ["translated", "one of the stack's"],
  input: [
    "translated",
    "a text, a list of tokens, or 1 to 2,048 of them. Workers AI's models get texts as `text`, 100 a call, and no tokens (in LangChain, set `check_embedding_ctx_length=False`)",
  ],
  encoding_format: ["translated", "the Worker encodes the vectors itself"],
  dimensions: ["passed on", "refused for Workers AI's models, whose vectors have one length"],
  user: ["ignored"],
};

/** The answers of endpoints, beyond their method and path. */
const ABOUT: ReadonlyMap<string, string> = new Map<keyof typeof ENDPOINTS, string>([
  ["health", '`{"status":"ok"}`, or the bindings that are missing'],
  [
    "sample",
    "the answer to one sample prompt, as JSON, for a first look with a browser (type the address; any user name, the token as password)",
  ],
  [
    "models",
    "the models that this caller may use, ids and names; a name has the id behind it as `root`",
  ],
  ["model", "one of them"],
  ["chatCompletions", "OpenAI's protocol, streamed or whole, for the stack's models"],
  [
    "responses",
    "OpenAI's Responses protocol, streamed or whole, for the stack's models; nothing is stored, so a request carries its whole conversation",
  ],
  [
    "messages",
    "Anthropic's protocol, streamed or whole, for the stack's models; `/v1/messages/count_tokens` is a 404, for the gateway asks no model to count",
  ],
  [
    "completions",
    "the older form of OpenAI's protocol, to which some clients default, streamed or whole; the prompt becomes a chat's message",
  ],
  [
    "embeddings",
    "OpenAI's protocol, for texts; it needs an embedding model in `worker.models`, such as `@cf/baai/bge-m3`",
  ],
  [
    "feedback",
    '`{"log_id": …, "score": 1}` marks the log of the caller\'s own answer: 1 good, -1 bad, 0 neither',
  ],
]);

/** Makes the Markdown tables of endpoints and fields. */
export function protocolTable(): string {
  return [
    "| endpoint | answer | calls a model |",
    "| --- | --- | --- |",
    ...Object.entries(ENDPOINTS).map(([id, endpoint]) => describeEndpoint(id, endpoint)),
    "",
    "| field of a chat | | |",
    "| --- | --- | --- |",
    ...listRows(CHAT_FIELDS),
    "",
    "| field of a response | | |",
    "| --- | --- | --- |",
    ...listRows(RESPONSES_FIELDS),
    "",
    "| field of a message | | |",
    "| --- | --- | --- |",
    ...listRows(MESSAGES_FIELDS),
    "",
    "| field of a completion | | |",
    "| --- | --- | --- |",
    ...listRows(COMPLETION_FIELDS),
    "",
    "| field of embeddings | | |",
    "| --- | --- | --- |",
    ...listRows(EMBEDDING_FIELDS),
  ].join("\n");
}

function describeEndpoint(id: string, endpoint: Endpoint): string {
  const { method, isGated, operation } = endpoint;
  const about = [ABOUT.get(id), isGated ? undefined : "it needs no token"];
  const answer = about.filter((text) => text !== undefined).join("; ");
  return `| \`${method} ${routeOf(endpoint)}\` | ${answer} | ${operation === undefined ? "no" : "yes"} |`;
}

function listRows(fields: Readonly<Record<string, readonly [Fate, about?: string]>>): string[] {
  return Object.entries(fields).map(
    ([field, [fate, about = ""]]) => `| \`${field}\` | ${fate} | ${about} |`,
  );
}
