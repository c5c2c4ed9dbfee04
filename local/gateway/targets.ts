/** Finds the model that a call at a provider's own endpoint means, and its form. */
import type { FormatName } from "../../policy/settings/formats.ts";
import type { GatewayAnswer } from "./gateway.ts";
import { notImitated, refusal } from "./refusal.ts";

/** A call as a provider takes it. */
export interface ProviderCall {
  readonly provider: string;
  /** The path, as it follows the provider's name. */
  readonly endpoint: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** A call of a model. */
export interface Target {
  readonly model: string;
  readonly inputs: unknown;
  readonly format?: FormatName;
  /** Whether the answer stands in the envelope of Cloudflare's API, as Workers AI's own do. */
  readonly isWrapped?: boolean;
}

// The ends of the providers' own paths.
const PATHS: readonly (readonly [end: RegExp, format: FormatName])[] = [
  [/(?:^|\/)(?:chat\/completions|embeddings)$/, "chat"],
  [/(?:^|\/)responses$/, "responses"],
  [/(?:^|\/)messages$/, "messages"],
];

/** Returns the model that a call means; a refusal where it means none, or no form known here. */
export function findTarget(call: ProviderCall): Target | { readonly refused: GatewayAnswer } {
  const { provider, endpoint, query } = call;
  const own = ownModel(provider, endpoint);
  if (own !== undefined) return { model: own, inputs: query, isWrapped: true };
  const format = formatOf(provider, endpoint);
  if (format === undefined) return { refused: notImitated(`${provider} at ${endpoint}`) };
  const { model, ...inputs } = query;
  const found = typeof model === "string" ? nameOf(provider, model) : undefined;
  // Seen of requests without a model, or without its provider's name.
  if (found === undefined) return { refused: refusal(400, 2019, "Invalid provider or model") };
  return { model: found, inputs, format };
}

/** Returns whether a model here knows the form of an endpoint. */
export function isEndpoint(provider: string, endpoint: string): boolean {
  return ownModel(provider, endpoint) !== undefined || formatOf(provider, endpoint) !== undefined;
}

/** Returns the model of Workers AI that stands in the path. */
function ownModel(provider: string, endpoint: string): string | undefined {
  if (provider !== "workers-ai") return undefined;
  // Cloudflare's own provider for the AI SDK puts `run/` before it.
  return /^(?:run\/)?(@cf\/.+)$/.exec(endpoint)?.[1];
}

function formatOf(provider: string, endpoint: string): FormatName | undefined {
  if (provider === "compat" && endpoint !== "chat/completions") return undefined;
  return PATHS.find(([end]) => end.test(endpoint))?.[1];
}

/** Returns a model's name with its provider's. */
function nameOf(provider: string, model: string): string | undefined {
  if (provider === "workers-ai") return model;
  if (provider !== "compat") return `${provider}/${model}`;
  return model.includes("/") ? model.replace(/^workers-ai\//, "") : undefined;
}

/** Puts a whole answer of a model into the envelope of Cloudflare's API. */
export function wrapped(answer: GatewayAnswer): GatewayAnswer {
  if (answer.status >= 300 || answer.pieces !== undefined) return answer;
  const body = `{"result":${answer.body},"success":true,"errors":[],"messages":[]}`;
  return { ...answer, body };
}
