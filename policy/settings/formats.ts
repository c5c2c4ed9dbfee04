/**
 * Says which format a model takes through the AI binding: one table, each row with its source.
 * A model that is newer than the table, or of a provider that it lacks, has no known format.
 */

/** The formats: Workers AI's own, OpenAI's two, and Anthropic's. */
export const FORMATS = ["workers-ai", "chat", "responses", "messages"] as const;
export type FormatName = (typeof FORMATS)[number];

/** One of those that callers speak, too: Workers AI's own is between models and Worker. */
export type CallerFormatName = Exclude<FormatName, "workers-ai">;

/** Returns whether callers speak the format, too. */
export function isOfCallers(format: FormatName): format is CallerFormatName {
  return format !== "workers-ai";
}

/** What is known of some models. */
interface Row {
  readonly models: RegExp;
  /** The models for a reader, such as `openai/…`. */
  readonly shown: readonly string[];
  /** The format that they take; `unreachable` where the binding has no way to them. */
  readonly speaks: FormatName | "unreachable" | "unknown";
  readonly source: string;
  /** The day on which the source was read. */
  readonly asOf: string;
}

const PROVIDERS =
  "https://github.com/cloudflare/ai/blob/main/packages/gateway-core/src/gateway-providers.ts";
const MODELS = "https://developers.cloudflare.com/workers-ai/models/";
const RESPONSES = "https://github.com/withastro/flue/issues/525";

// Only `runCatalog` providers can be called with env.AI.run; all but Anthropic's models answer there
// in the chat format, whatever their provider's own format is (`runWireFormat`).
const CHAT = "openai|google|xai|groq|deepseek|alibaba|minimax";
const UNREACHABLE =
  "mistral|perplexity|perplexity-ai|cerebras|openrouter|fireworks|cohere|baseten|parallel|azure|azure-openai|bedrock|aws-bedrock|google-vertex|google-vertex-ai|huggingface|replicate|fal|ideogram|cartesia|deepgram|elevenlabs";

/** The table; the first row that matches a model holds. */
export const MODEL_ROWS: readonly Row[] = [
  row(/^@cf\//, ["@cf/…"], { speaks: "workers-ai", source: MODELS }),
  row(/^anthropic\//, ["anthropic/…"], { speaks: "messages", source: PROVIDERS }),
  row(/^openai\/gpt-5\.6/, ["openai/gpt-5.6…"], { speaks: "responses", source: RESPONSES }),
  // Of later ones nothing says yet what they take.
  row(/^openai\/gpt-(?:5\.[7-9]|5\.\d\d|[6-9]|\d\d)/, ["openai/gpt-5.7… and newer"], {
    speaks: "unknown",
    source: RESPONSES,
  }),
  ofProviders(CHAT, { speaks: "chat", source: PROVIDERS }),
  ofProviders(UNREACHABLE, { speaks: "unreachable", source: PROVIDERS }),
];

type Fact = Pick<Row, "speaks" | "source">;

function row(models: RegExp, shown: readonly string[], fact: Fact): Row {
  return { models, shown, ...fact, asOf: "2026-11-28" };
}

function ofProviders(names: string, fact: Fact): Row {
  const shown = names.split("|").map((name) => `${name}/…`);
  return row(new RegExp(`^(?:${names})/`), shown, fact);
}

/** Returns the format that a model takes, by the table; undefined where it is not known. */
export function formatOf(model: string): FormatName | undefined {
  const speaks = find(model);
  return speaks === "unreachable" || speaks === "unknown" ? undefined : speaks;
}

/** Checks whether the AI binding has a way to a model; one that the table lacks may have. */
export function isReachable(model: string): boolean {
  return find(model) !== "unreachable";
}

function find(model: string): Row["speaks"] {
  return MODEL_ROWS.find(({ models }) => models.test(model))?.speaks ?? "unknown";
}

/** Checks by its name whether a model makes embeddings, and so has no stream or conversation. */
export function isEmbeddingModel(model: string): boolean {
  return /embed|\/bge-(?!reranker)/.test(model);
}

/** Checks whether a model has streams, which the Worker reads event by event. */
export function hasReadStream({ id, stream }: Streamed): boolean {
  return stream !== "native" && !isEmbeddingModel(id);
}

/** A model, and how its streams reach callers of its own form; undefined: event by event. */
interface Streamed {
  readonly id: string;
  readonly stream?: "native" | undefined;
}

/** Lists the formats that a stack file may say of a model. */
export function allowedFormats(model: string): readonly FormatName[] {
  // These take the Responses format beside Workers AI's own; no other model of Workers AI is
  // documented to. https://developers.cloudflare.com/workers-ai/models/gpt-oss-120b/
  if (model.startsWith("@cf/openai/gpt-oss-")) return ["workers-ai", "responses"];
  if (model.startsWith("@cf/")) return ["workers-ai"];
  return ["chat", "responses", "messages"];
}
