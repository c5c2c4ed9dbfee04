/**
 * Describes errors of YAML without a word of the file: the library's own messages quote aliases,
 * tags and keys, and any of them may be a secret that somebody pasted.
 */
import type { ErrorCode } from "yaml";

const SENTENCES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: "an alias (*) has an anchor or a tag",
  BAD_ALIAS: "an alias (*) has no name, or ends with a colon; quote text that begins with *",
  BAD_COLLECTION_TYPE: "a tag (!) does not fit the group or list behind it",
  BAD_DIRECTIVE: "a directive (%) is unknown or incomplete",
  BAD_DQ_ESCAPE:
    "text in double quotes has an unknown escape (\\); write \\\\, or use single quotes",
  BAD_INDENT: "a line is not indented as the lines around it, or a bracket is not closed",
  BAD_PROP_ORDER: "an anchor or a tag stands before the sign of its item",
  BAD_SCALAR_START: "text begins with a character that has a meaning of its own; quote it",
  BLOCK_AS_IMPLICIT_KEY:
    "a group begins on a line that is a setting already; quote text with a colon",
  BLOCK_IN_FLOW: "an indented group or list stands between brackets",
  DUPLICATE_KEY: "a key stands twice in its group",
  IMPOSSIBLE: "it cannot be read",
  KEY_OVER_1024_CHARS: "a key has more than 1024 characters",
  MISSING_CHAR: "a bracket, a quote, a comma, a colon or a space is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over several lines, or its colon is missing",
  MULTIPLE_ANCHORS: "a value has two anchors (&)",
  MULTIPLE_DOCS: "it has a second document, which Pulumi leaves unread,",
  MULTIPLE_TAGS: "a value has two tags (!)",
  NON_STRING_KEY: "a key is no text",
  RESOURCE_EXHAUSTION: "it is nested too deep",
  TAB_AS_INDENT: "a line is indented with a tab; use spaces",
  TAG_RESOLVE_FAILED: "a tag (!) is not one that is read here; quote text that begins with !",
  UNEXPECTED_TOKEN: "a character stands where none of its kind can",
};

/** Describes an error of the library by its code. */
export function describeYamlError(code: ErrorCode): string {
  return SENTENCES[code];
}

/** Describes what the library throws where an alias leads nowhere, or to too much. */
export const BAD_ALIASES =
  "an alias (*) has no anchor (&) before it, or aliases repeat too much; quote text that begins with *";
