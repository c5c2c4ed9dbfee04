/** Reads what a user, or a tool, shows: texts, images, documents, search results. */
import type { Document, Image, Text } from "../conversation.ts";
import type { OwnBlock, ShownBlock, TextBlock } from "./blocks.ts";
import { noteOwn, readOwn, type Scope } from "./own-blocks.ts";

/** A part of what is shown. */
export type Shown = Text | Image | Document;

/** Reads a block. Throws a RefusalError for what the stack does not allow. */
export function readShown(
  block: ShownBlock | OwnBlock,
  path: string,
  scope: Scope,
): readonly Shown[] {
  if (block.type === "text") return [toText(block)];
  if (block.type === "image") return readImage(block, path, scope);
  if (block.type === "document") return readDocument(block, path, scope);
  if (block.type !== "search_result") return readOwn(block, path, scope);
  const { title, source, content } = block;
  return [asText([title, source, ...content.map(({ text }) => text)])];
}

function readImage(
  { source, type }: ShownBlock & { type: "image" },
  path: string,
  scope: Scope,
): readonly Shown[] {
  if (source.type === "url") return [{ type, url: source.url }];
  if (source.type === "base64") return [{ type, url: dataUrl(source) }];
  return noteOwn(scope, { reach: "files", path: `${path}.source`, type });
}

function readDocument(
  { source, title, context, type }: ShownBlock & { type: "document" },
  path: string,
  scope: Scope,
): readonly Shown[] {
  const about = [title ?? "", context ?? ""];
  if (source.type === "text") return [asText([...about, source.data])];
  if (source.type === "base64") {
    return [{ type, url: dataUrl(source), ...(title && { name: title }) }];
  }
  if (source.type === "url") {
    return noteOwn(scope, { reach: "web_fetch", path: `${path}.source.url`, type });
  }
  if (source.type === "file") {
    return noteOwn(scope, { reach: "files", path: `${path}.source`, type });
  }
  const parts = blocksOf(source.content).flatMap((block, place) =>
    readShown(block, `${path}.source.content.${place}`, scope),
  );
  return about.join("") === "" ? parts : [asText(about), ...parts];
}

/** Returns the blocks of a content, of which a text alone is short for one. */
export function blocksOf<Block>(
  content: string | readonly Block[],
): readonly (Block | TextBlock)[] {
  if (typeof content !== "string") return content;
  return content === "" ? [] : [{ type: "text", text: content }];
}

/** Reads a text, and whether it ends a prefix to cache. */
export function toText({ text, cache_control }: TextBlock): Text {
  const isCacheMark = cache_control !== undefined && cache_control !== null;
  return { type: "text", text, ...(isCacheMark && { isCacheMark }) };
}

function asText(parts: readonly string[]): Text {
  return { type: "text", text: parts.filter((part) => part !== "").join("\n") };
}

function dataUrl({ media_type, data }: { media_type: string; data: string }): string {
  return `data:${media_type};base64,${data}`;
}
