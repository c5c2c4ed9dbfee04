/** The parts of a message or of a tool's result, as OpenAI's Responses format has them. */
import * as v from "valibot";

import type { AnswerContent, Document, Image, Text } from "../conversation.ts";
import { requireReach } from "../reach.ts";
import { isGiven, refuseField, type Reading } from "./reading.ts";

const text = v.looseObject({
  type: v.picklist(["input_text", "output_text", "text"]),
  text: v.string(),
  prompt_cache_breakpoint: v.nullish(v.looseObject({ ttl: v.nullish(v.string()) })),
});
const refusal = v.looseObject({ type: v.literal("refusal"), refusal: v.string() });
const image = v.looseObject({
  type: v.literal("input_image"),
  image_url: v.nullish(
    v.pipe(
      v.string(),
      v.regex(
        /^(https:\/\/|data:image\/[a-z0-9.+-]+;base64,)/i,
        "expected an https: address, or the image itself as data:image/png;base64,…",
      ),
    ),
  ),
  file_id: v.nullish(v.string()),
  detail: v.nullish(v.picklist(["auto", "low", "high", "original"])),
});
const file = v.looseObject({
  type: v.literal("input_file"),
  file_id: v.nullish(v.string()),
  file_url: v.nullish(v.string()),
  file_data: v.nullish(v.string()),
  filename: v.nullish(v.string()),
});

const anyPart = v.variant(
  "type",
  [text, refusal, image, file],
  'expected "input_text", "output_text", "refusal", "input_image" or "input_file"',
);

/** A text, or a list of parts. Not v.union, which would not report what is wrong with either. */
export const contentShape = v.lazy((value) => (typeof value === "string" ? v.string() : parts));

const parts = v.array(anyPart, "expected a text, or a list of parts");

type Part = v.InferOutput<typeof anyPart>;
/** A text, or a list of parts. */
export type Content = string | readonly Part[];

/** Reads the content of a message of the caller's, or of a tool's result. */
export function readContent(content: Content, path: string, reading: Reading) {
  if (typeof content === "string") return [{ type: "text", text: content }] as const;
  return content.flatMap((each, index) => readPart(each, `${path}.${index}`, reading) ?? []);
}

/** Reads the texts of a message; what is none has no place in other formats. */
export function readTexts(content: Content, path: string, reading: Reading): readonly Text[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.flatMap((each, index) => readText(each, `${path}.${index}`, reading));
}

/** Reads the content of an assistant's message. */
export function readSpoken(
  content: Content,
  path: string,
  reading: Reading,
): readonly AnswerContent[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content.flatMap((each, index): readonly AnswerContent[] =>
    each.type === "refusal"
      ? [{ type: "refusal", text: each.refusal }]
      : readText(each, `${path}.${index}`, reading),
  );
}

function readText(part: Part, path: string, reading: Reading): readonly Text[] {
  const read = readPart(part, path, reading);
  if (read?.type === "text") return [read];
  if (read !== undefined) reading.keepOwn(part.type, path);
  return [];
}

function readPart(part: Part, path: string, reading: Reading): Text | Image | Document | undefined {
  if (part.type === "refusal") return { type: "text", text: part.refusal };
  if (part.type === "input_image") return readImage(part, path, reading);
  if (part.type === "input_file") return readFile(part, path, reading);
  const mark = part.prompt_cache_breakpoint;
  if (mark?.ttl === "12h") {
    requireReach(reading.env, "cache_24h", `${path}.prompt_cache_breakpoint.ttl`);
  }
  return { type: "text", text: part.text, ...(mark && { isCacheMark: true }) };
}

function readImage(
  { image_url, file_id, detail }: v.InferOutput<typeof image>,
  path: string,
  reading: Reading,
): Image | undefined {
  if (isGiven(file_id)) {
    requireReach(reading.env, "files", `${path}.file_id`);
    return reading.keepOwn("input_image", `${path}.file_id`);
  }
  if (!isGiven(image_url)) throw refuseField(`${path}.image_url`, "missing");
  return { type: "image", url: image_url, ...(isGiven(detail) && { detail }) };
}

function readFile(
  { file_id, file_url, file_data, filename }: v.InferOutput<typeof file>,
  path: string,
  reading: Reading,
): Document | undefined {
  if (isGiven(file_id)) {
    requireReach(reading.env, "files", `${path}.file_id`);
    return reading.keepOwn("input_file", `${path}.file_id`);
  }
  if (isGiven(file_url)) {
    requireReach(reading.env, "web_fetch", `${path}.file_url`);
    return reading.keepOwn("input_file", `${path}.file_url`);
  }
  if (!isGiven(file_data)) throw refuseField(`${path}.file_data`, "missing");
  // Without a type it is a PDF's base64, as OpenAI's older documentation has it.
  const url = /^data:/i.test(file_data) ? file_data : `data:application/pdf;base64,${file_data}`;
  return { type: "document", url, ...(isGiven(filename) && { name: filename }) };
}
