/** What stands behind the local gateway: the local model, or a server of the user's own. */
import type { Wire } from "../../policy/gateway/models.ts";

/** What a model answers, before the gateway logs it. */
export interface ModelReply {
  readonly status: number;
  /** The JSON; empty for a stream. */
  readonly body: string;
  /** The server-sent events of a stream, as they come. */
  readonly pieces?: AsyncIterable<string>;
}

/**
 * Answers one call of a model; rejects when no answer came. `wire` is the form of the request where
 * the way in decides it; absent, it is the one that the AI binding takes for that model.
 */
export type Model = (name: string, inputs: unknown, wire?: Wire) => Promise<ModelReply>;
