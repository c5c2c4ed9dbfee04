/** What stands behind the local gateway: the local model, or a server of the user's own. */
import { z } from "zod";

import {
  allowedFormats,
  FORMATS,
  formatOf,
  type FormatName,
} from "../../policy/settings/formats.ts";

/** What a model answers, before the gateway logs it. */
export interface ModelReply {
  readonly status: number;
  /** The JSON; empty for a stream. */
  readonly body: string;
  /** The server-sent events of a stream, as they come. */
  readonly pieces?: AsyncIterable<string>;
}

/**
 * Answers one call of a model; rejects when no answer came. `format` is the format of the request where
 * the way in decides it; absent, it is the one that the AI binding takes for that model.
 */
export type Model = (name: string, inputs: unknown, format?: FormatName) => Promise<ModelReply>;

/**
 * Returns the format of a request by the AI binding: its model's, by the table. One that the table
 * lacks, or that takes Responses beside another format, is asked in the format that a stack file says
 * of it, and only a request in the Responses format says whether it is to be stored.
 */
export function formatOfRequest(name: string, inputs: unknown): FormatName {
  const isResponses = typeof inputs === "object" && inputs !== null && "store" in inputs;
  const known = formatOf(name);
  const mayBe = known === undefined || known === "workers-ai";
  if (isResponses && mayBe && allowedFormats(name).includes("responses")) return "responses";
  return known ?? "chat";
}

/**
 * Returns whether a name says that there is no such model, which is how one is asked for that is not
 * there: an account's catalogue of models is published nowhere.
 */
export function namesNoModel(name: string): boolean {
  return /no-such|non-?existent|not-exist|not-a-real/.test(name);
}

const boundModels = z.array(z.object({ id: z.string(), speaks: z.enum(FORMATS) }));

/**
 * Has a model that the table lacks take the format that the stack declares for it. `bound` returns the
 * text of the Worker's binding MODELS, as it is at that moment.
 */
export function withDeclaredFormats(model: Model, bound: () => string): Model {
  const formatOfUnknown = (name: string) =>
    formatOf(name) === undefined
      ? boundModels.parse(JSON.parse(bound())).find(({ id }) => id === name)?.speaks
      : undefined;
  return async (name, inputs, format) => model(name, inputs, format ?? formatOfUnknown(name));
}
