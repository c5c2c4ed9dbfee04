/** The messages of a chat, as OpenAI's protocol has them. */
import * as v from "valibot";

const string = v.string("expected a text, or a list of parts");
const text = v.object({ type: v.literal("text"), text: v.string() });
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
    detail: v.nullish(v.picklist(["auto", "low", "high"])),
  }),
});

const plain = textOr(v.array(v.variant("type", [text])));
const seen = textOr(
  v.array(
    v.variant(
      "type",
      [text, image],
      'expected "text" or "image_url"; "input_audio" and "file" are not supported',
    ),
  ),
);
const answered = textOr(v.array(v.variant("type", [text, refusal])));

const call = v.object({
  id: v.string(),
  type: v.literal("function", 'expected "function"; custom tools are not supported'),
  function: v.object({ name: v.string(), arguments: v.string() }),
});

const name = v.optional(v.string());

/** One message, by its role. */
export const message = v.variant("role", [
  v.object({ role: v.picklist(["system", "developer"]), content: plain, name }),
  v.object({ role: v.literal("user"), content: seen, name }),
  v.object({
    role: v.literal("assistant"),
    content: v.nullish(answered),
    tool_calls: v.nullish(v.array(call)),
    name,
  }),
  v.object({ role: v.literal("tool"), content: plain, tool_call_id: v.string() }),
]);

/** A checked message. */
export type Message = v.InferOutput<typeof message>;

/**
 * Matches a text or a list of parts. Not v.union, which reports a bad part as wrong content, and no
 * more.
 */
function textOr<const Parts extends v.GenericSchema>(parts: Parts) {
  return v.lazy((content): Parts | typeof string => (Array.isArray(content) ? parts : string));
}
