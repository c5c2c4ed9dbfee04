/** The blocks of a message, as Anthropic's Messages have them. */
import * as v from "valibot";

import type { Reach } from "../../env.ts";
import { optional } from "../optional.ts";

/** The mark that ends a prefix which the provider shall cache. */
export const cacheControl = v.nullish(
  v.looseObject({
    type: v.literal("ephemeral"),
    ttl: v.nullish(v.picklist(["5m", "1h"])),
  }),
);
const cache_control = cacheControl;
const string = v.string("expected a text, or a list of blocks");

// Blocks are loose: what is not read here reaches a model of the same format as it is.
const text = v.looseObject({ type: v.literal("text"), text: v.string(), cache_control });
const file = v.looseObject({ type: v.literal("file"), file_id: v.string() });
const base64 = v.looseObject({
  type: v.literal("base64"),
  media_type: v.string(),
  data: v.string(),
});
const address = v.looseObject({
  type: v.literal("url"),
  url: v.pipe(v.string(), v.regex(/^https:\/\//i, "expected an https: address")),
});
const image = v.looseObject({
  type: v.literal("image"),
  source: v.variant("type", [base64, address, file]),
  cache_control,
});
const document = v.looseObject({
  type: v.literal("document"),
  source: v.variant("type", [
    base64,
    v.looseObject({ type: v.literal("text"), data: v.string() }),
    v.looseObject({
      type: v.literal("content"),
      content: textOr(v.array(v.variant("type", [text, image]))),
    }),
    address,
    file,
  ]),
  title: v.nullish(v.string()),
  context: v.nullish(v.string()),
  cache_control,
});
const searchResult = v.looseObject({
  type: v.literal("search_result"),
  title: v.string(),
  source: v.string(),
  content: v.array(text),
  cache_control,
});
const thinking = v.looseObject({
  type: v.literal("thinking"),
  thinking: v.string(),
  signature: v.nullish(v.string()),
});
const redacted = v.looseObject({ type: v.literal("redacted_thinking"), data: v.string() });
const use = v.looseObject({
  type: v.literal("tool_use"),
  id: v.string(),
  name: v.string(),
  input: v.pipe(
    v.optional(v.unknown()),
    v.transform((input) => input ?? {}),
  ),
  cache_control,
});

/**
 * The blocks that no other format has: of tools of this format alone, or of those that the provider
 * carries out, which need what the tool itself needs.
 */
const OWN_BLOCKS = [
  { type: "tool_reference" },
  { type: "tool_search_tool_result" },
  { type: "browser_state" },
  // Its name says which tool it calls.
  { type: "server_tool_use" },
  { type: "web_search_tool_result", reach: "web_search" },
  { type: "web_fetch_tool_result", reach: "web_fetch" },
  { type: "code_execution_tool_result", reach: "code_execution" },
  { type: "bash_code_execution_tool_result", reach: "code_execution" },
  { type: "text_editor_code_execution_tool_result", reach: "code_execution" },
  { type: "container_upload", reach: "files" },
  { type: "mcp_tool_use", reach: "mcp" },
  { type: "mcp_tool_result", reach: "mcp" },
  { type: "mcp_tool_listing", reach: "mcp" },
] as const satisfies readonly { readonly type: string; readonly reach?: Reach }[];
const own = v.looseObject({ type: v.picklist(OWN_BLOCKS.map(({ type }) => type)), cache_control });

/** Returns what a block that no other format has needs the stack's permission for. */
export function reachOfBlock({ type }: OwnBlock): Reach | undefined {
  const known: readonly { readonly type: string; readonly reach?: Reach }[] = OWN_BLOCKS;
  return known.find((each) => each.type === type)?.reach;
}

const shown = [text, image, document, searchResult] as const;
const result = v.looseObject({
  type: v.literal("tool_result"),
  tool_use_id: v.string(),
  content: optional(textOr(v.array(v.variant("type", [...shown, own])))),
  is_error: optional(v.boolean()),
  cache_control,
});

const userContent = textOr(v.array(v.variant("type", [...shown, result, own])));
const assistantContent = textOr(v.array(v.variant("type", [text, thinking, redacted, use, own])));

/** A text, or a list of texts: a system prompt. */
export const texts = textOr(v.array(v.variant("type", [text])));

/** One message, by its role. */
export const message = v.variant("role", [
  v.object({ role: v.literal("user"), content: userContent }),
  v.object({ role: v.literal("assistant"), content: assistantContent }),
  v.object({ role: v.literal("system"), content: texts }),
]);

/** A checked message. */
export type InputMessage = v.InferOutput<typeof message>;
/** A checked block that shows something. */
export type ShownBlock = v.InferOutput<(typeof shown)[number]>;
/** A checked text. */
export type TextBlock = v.InferOutput<typeof text>;
/** A checked block of a user's message. */
export type UserBlock = Exclude<v.InferOutput<typeof userContent>, string>[number];
/** A checked block of an assistant's message. */
export type AssistantBlock = Exclude<v.InferOutput<typeof assistantContent>, string>[number];
/** A checked block that no other format has. */
export type OwnBlock = v.InferOutput<typeof own>;
/** A checked result of a tool. */
export type ResultBlock = v.InferOutput<typeof result>;

/**
 * Matches a text or a list of blocks. Not v.union, which reports a bad block as wrong content, and
 * no more.
 */
function textOr<const Blocks extends v.GenericSchema>(blocks: Blocks) {
  return v.lazy((content): Blocks | typeof string => (Array.isArray(content) ? blocks : string));
}
