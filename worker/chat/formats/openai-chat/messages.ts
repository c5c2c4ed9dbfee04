/** The messages of a chat, as OpenAI's protocol has them. */
import * as v from "valibot";

import { optional } from "../optional.ts";

const string = v.string("expected a text, or a list of parts");
// A mark of Anthropic's, which gateways and models before it take in OpenAI's format, too.
const cache_control = optional(v.unknown());
const text = v.object({ type: v.literal("text"), text: v.string(), cache_control });
const refusal = v.object({ type: v.literal("refusal"), refusal: v.string() });
const image = v.object({
  type: v.literal("image_url"),
  image_url: v.object({
    url: v.pipe(
      v.string(),
      v.regex(
        /^(https:\/\/|data:image\/[a-z0-9.+-]+;base64,)/i,
        "expected an https: address, or the image itself as data:image/png;base64,…",
      ),
    ),
    detail: optional(v.picklist(["auto", "low", "high", "original"])),
  }),
  cache_control,
});
const file = v.object({
  type: v.literal("file"),
  file: v.object({
    filename: optional(v.string()),
    file_data: v.pipe(
      v.string("expected the file itself as data:application/pdf;base64,…; ids are not supported"),
      v.regex(/^data:[a-z0-9.+/-]+;base64,/i, "expected data:application/pdf;base64,…"),
    ),
  }),
});

const plain = textOr(v.array(v.variant("type", [text])));
const seen = textOr(
  v.array(
    v.variant(
      "type",
      [text, image, file],
      'expected "text", "image_url" or "file"; "input_audio" is not supported',
    ),
  ),
);
const answered = textOr(v.array(v.variant("type", [text, refusal])));

// Models show what they thought, and sign calls, in fields of their own, and want them back.
const own = optional(v.unknown());
const call = v.variant("type", [
  v.object({
    id: v.string(),
    type: v.literal("function"),
    function: v.object({ name: v.string(), arguments: v.string() }),
    extra_content: own,
  }),
  v.object({
    id: v.string(),
    type: v.literal("custom"),
    custom: v.object({ name: v.string(), input: v.string() }),
  }),
]);

const name = optional(v.string());

/** One message, by its role. */
export const message = v.variant("role", [
  v.object({ role: v.picklist(["system", "developer"]), content: plain, name }),
  v.object({ role: v.literal("user"), content: seen, name }),
  v.object({
    role: v.literal("assistant"),
    content: v.nullish(answered),
    tool_calls: v.pipe(
      optional(v.array(call)),
      // OpenAI refuses an empty list, which clients keep in their history.
      v.transform((calls) => (calls?.length === 0 ? undefined : calls)),
    ),
    refusal: optional(v.string()),
    reasoning: own,
    reasoning_content: own,
    reasoning_details: own,
    name,
  }),
  v.object({ role: v.literal("tool"), content: plain, tool_call_id: v.string() }),
]);

/** A checked message. */
export type ChatMessage = v.InferOutput<typeof message>;
/** A checked part of a message. */
export type Part = v.InferOutput<typeof text | typeof refusal | typeof image | typeof file>;
/** A checked call of a tool. */
export type ToolCall = v.InferOutput<typeof call>;

/**
 * Matches a text or a list of parts. Not v.union, which reports a bad part as wrong content, and no
 * more.
 */
function textOr<const Parts extends v.GenericSchema>(parts: Parts) {
  return v.lazy((content): Parts | typeof string => (Array.isArray(content) ? parts : string));
}
