/** YAML as Pulumi's own reader takes it, and a reviewer sees it. */
import { LineCounter, parseDocument, visit, type Document, type ScalarTag } from "yaml";

import { BAD_ALIASES, describeYamlError } from "./yaml-errors.ts";

/** A file's bytes, as a folder or a commit has them; or its text. */
export type Content = Uint8Array | string;

/**
 * The content of a file as plain data; what is unclear in it stays an Unclear. Throws with the position when it is no
 * YAML, and where Pulumi would read something that nobody sees. No message quotes a line: it may hold a secret.
 */
export function readYaml(content: Content): unknown {
  const text = decode(content);
  refuseHiddenLines(text);
  const lines = new LineCounter();
  return toPlain(parse(text, lines), lines);
}

/** Pulumi reads UTF-16 too, drops a byte order mark, and is not the only program that reads the file. */
function decode(content: Content): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const [first, second, third] = bytes;
  const mark = [first, second].join(" ");
  if (mark === "254 255" || mark === "255 254")
    throw new Error(`not plain UTF-8: it is in UTF-16; ${SAVE}`);
  if (mark === "239 187" && third === 191) {
    throw new Error(`not plain UTF-8: it begins with a byte order mark (U+FEFF); ${SAVE}`);
  }
  if (bytes.includes(0)) {
    throw new Error(`not plain UTF-8: it has the character U+0000, or is in UTF-16; ${SAVE}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`not in UTF-8; ${SAVE}`, { cause });
  }
}

const SAVE = "save it as UTF-8 without a byte order mark";

/**
 * Each of these ends a line for Pulumi's reader (YAML 1.1), and in no editor and no page of differences: behind one, a
 * comment can hold a setting. Seen with Pulumi's own loader, 2026-11-22.
 */
function refuseHiddenLines(text: string): void {
  const found = /\r(?!\n)|[\u0085\u2028\u2029]/.exec(text);
  if (found === null) return;
  const line = text.slice(0, found.index).split("\n").length;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  throw new Error(
    `not a stack file: line ${line} has the character U+${code}, behind which Pulumi reads a new line that nobody sees; remove it`,
  );
}

function parse(text: string, lines: LineCounter): Document {
  const document = parseDocument(text, {
    // Whatever a line %YAML 1.1 says: Pulumi's reader does not change with it.
    schema: "core",
    resolveKnownTags: false,
    customTags: (tags) => [...UNCLEAR, ...tags],
    merge: true,
    prettyErrors: false,
    // A warning of the library is printed by Node itself, and quotes a key.
    logLevel: "error",
    lineCounter: lines,
  });
  const error =
    document.errors[0] ??
    // !!binary, !!set: Pulumi would read another value than the one that stands there.
    document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (error === undefined) return document;
  const why = `${describeYamlError(error.code)} ${place(error.pos[0], lines)}`;
  throw new Error(`not YAML: ${why}${findStray(text)}`);
}

/** Names the line of a setting that was appended behind another group than config, as `>>` does. */
function findStray(text: string): string {
  const lines = text.split("\n");
  const isStray = (line: string, index: number) =>
    /^\s+ai-gateway:\w/.test(line) &&
    lines.findLast((above, at) => at < index && /^\w/.test(above))?.startsWith("config:") === false;
  const stray = lines.findIndex(isStray);
  if (stray === -1) return "";
  return `; line ${stray + 1} has a setting of ai-gateway that stands below another key than config: move it, and the lines of its group, to the end of config`;
}

function place(offset: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset);
  return `at line ${line}, column ${col}`;
}

function toPlain(document: Document, lines: LineCounter): unknown {
  try {
    return document.toJS() ?? {};
  } catch {
    // Without the cause, which quotes the alias.
    throw new Error(`not YAML: ${BAD_ALIASES}${findBadAlias(document, lines)}`);
  }
}

function findBadAlias(document: Document, lines: LineCounter): string {
  let found = "";
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined || !alias.range) return undefined;
      found = `, ${place(alias.range[0], lines)}`;
      return visit.BREAK;
    },
  });
  return found;
}

/** A scalar without quotes that yaml.v3 and YAML 1.2 read differently. */
export class Unclear {
  readonly text: string;
  readonly remedy: string;

  constructor(text: string, remedy: string) {
    this.text = text;
    this.remedy = remedy;
  }
}

// https://github.com/go-yaml/yaml/blob/v3/resolve.go
const UNCLEAR: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    // `010`, `0x10`, `1_000`
    test: /^[-+]?(?:0x[\da-f_]+|0o[0-7_]+|0b[01_]+|0[\d_]+|\.?\d[\d_.]*_[\d_.]*(?:e[-+]?[\d_]+)?)$/i,
    resolve: (text) => new Unclear(text, "quote it if it is text, or write it in decimal digits"),
  },
  {
    tag: "tag:yaml.org,2002:timestamp",
    default: true,
    // `2026-1-2`, `2026-12-31 10:30:00`; not 2026-12-31, which both take for that day.
    test: /^(?!\d{4}-\d\d-\d\d$)\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d+:\d+:\d\S*)?$/,
    resolve: (text) => new Unclear(text, "quote it if it is text, or write a day as YYYY-MM-DD"),
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    // `1e400` is text to yaml.v3, which writes it without quotes.
    test: /^[-+]?[\d.]+e[-+]?\d+$/i,
    resolve: (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
  },
];
