/** The fields of Anthropic's Messages format, and the shape of those that the model looks at. */
import type { MessageCreateParams } from "@anthropic-ai/sdk/resources/messages";
import { z } from "zod";

import { messageList } from "./blocks.ts";

/** The names of every field. */
export const KNOWN: readonly string[] = [
  ...([
    "cache_control",
    "container",
    "inference_geo",
    "max_tokens",
    "messages",
    "metadata",
    "model",
    "output_config",
    "service_tier",
    "speed",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
  ] satisfies readonly (keyof MessageCreateParams | "temperature" | "top_k" | "top_p")[]),
  // The older name of output_config.format, and what beta headers allow.
  "output_format",
  "context_management",
  "mcp_servers",
];

const ANY = "Input does not match the expected form";
const format = z.looseObject({ type: z.literal("json_schema"), schema: z.looseObject({}) });

export const messagesFields = z.looseObject({
  messages: messageList,
  max_tokens: z.int("Input should be a valid integer").min(1, "must be greater than or equal to 1"),
  system: z
    .union([z.string(), z.array(z.looseObject({ type: z.literal("text") }))], ANY)
    .optional(),
  temperature: z.number().min(0, "range: 0..1").max(1, "range: 0..1").optional(),
  thinking: z
    .discriminatedUnion("type", [
      z.looseObject({ type: z.literal("enabled"), budget_tokens: z.int() }),
      z.looseObject({ type: z.enum(["disabled", "adaptive", "between_tools"]) }),
    ])
    .optional(),
  tools: z
    .array(z.looseObject({ type: z.string().nullish(), name: z.string().optional() }))
    .optional(),
  tool_choice: z
    .looseObject(
      {
        type: z.enum(["auto", "any", "tool", "none"], ANY),
        name: z.string().optional(),
        disable_parallel_tool_use: z.boolean().optional(),
      },
      "Input should be a valid dictionary or object to extract fields from",
    )
    .optional(),
  output_config: z.looseObject({ format: format.nullish() }).optional(),
  output_format: format.nullish(),
  stream: z.boolean().optional(),
});

export type MessagesFields = z.output<typeof messagesFields>;
