/** The fields of a request in Anthropic's Messages format. */
import * as v from "valibot";

import type { Unsupported } from "../../refusal.ts";
import { optional } from "../optional.ts";
import { plainObject } from "../plain-object.ts";
import { cacheControl, message, texts } from "./blocks.ts";
import { tool, toolChoice } from "./tools.ts";

const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const format = optional(v.object({ type: v.literal("json_schema"), schema: plainObject }));

/**
 * The fields of a request. Only these reach a model: others are dropped, the gateway's options among
 * them, and what needs a beta header, which no call of the Worker has.
 */
export const messagesRequest = v.object({
  model: v.string(),
  // None is how a prompt is put into the provider's cache.
  max_tokens: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  messages: v.pipe(v.array(message), v.minLength(1)),
  system: optional(texts),
  stream: optional(v.boolean()),
  temperature: optional(fraction),
  top_p: optional(fraction),
  top_k: optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  stop_sequences: optional(v.array(v.string())),
  tools: optional(v.array(tool)),
  tool_choice: optional(toolChoice),
  thinking: optional(
    v.object({
      type: v.string(),
      budget_tokens: optional(v.number()),
      display: optional(v.string()),
    }),
  ),
  output_config: optional(v.object({ effort: optional(v.string()), format })),
  /** The older name of `output_config.format`. */
  output_format: format,
  cache_control: cacheControl,
  metadata: optional(v.object({ user_id: optional(v.string()) })),
  inference_geo: optional(v.string()),
  service_tier: optional(v.string()),
  speed: optional(v.string()),
  container: optional(v.unknown()),
  mcp_servers: optional(v.array(v.unknown())),
  thread: optional(v.unknown()),
});

/** The fields that are refused, for they would change what an answer is. */
export const UNSUPPORTED: Unsupported = { compaction: [] };

/** A checked request. */
export type MessagesRequest = v.InferOutput<typeof messagesRequest>;

/** A request's fields, as a model gets them: its own name and its stream are set where it is sent. */
export type MessagesFields = Omit<MessagesRequest, "model" | "stream" | "output_format">;
