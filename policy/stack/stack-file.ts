/**
 * A stack file as Pulumi would hand it to a program, read without Pulumi.
 *
 * Pulumi reads YAML with yaml.v3 (Go), everybody else here with a reader of YAML 1.2. Where a setting takes a scalar
 * that the two understand differently, the scalar is reported and not guessed at. What Pulumi would read and a reviewer
 * would not see is refused.
 */
import { LineCounter, parseDocument, type Document, type ScalarTag } from "yaml";

import type { ConfigValues } from "../settings/parse-settings.ts";
import type { Problem } from "../settings/problems.ts";
import { formatPath, jsonSchemas, nodeAt, type Path } from "../settings/schema.ts";

export interface StackFile {
  /** The settings of the `ai-gateway` namespace. */
  readonly values: ConfigValues;
  /** Settings whose value needs quotes, or digits that every reader of YAML takes for the same number. */
  readonly unclear: readonly Problem[];
  /** Settings of other namespaces that by their names are secrets, and stand in clear. */
  readonly otherSecrets: readonly string[];
  /** Whether Pulumi adds values of an environment (Pulumi ESC) that the file does not show. */
  readonly hasEnvironment: boolean;
}

const NAMESPACE = "ai-gateway:";

/** `cloudflare:apiToken`, `aws:secretKey` */
const SECRET_NAME = /(?:token|secret|password|api_?key|private_?key|secret_?key)$/i;

/** Throws with the position when the text is not YAML, or not a stack file. No message quotes a line: it may hold a secret. */
export function readStackFile(text: string): StackFile {
  refuseHiddenLines(text);
  const content = toPlain(parse(text));
  refuseOutside(content);
  const config = isRecord(content) ? (content["config"] ?? {}) : undefined;
  if (!isRecord(config))
    throw new Error("not a stack file: it has no group of settings under config");
  refuseBareNames(config);

  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  return {
    unclear: own.flatMap(([key, value]) => findUnclear([key], value)),
    values: Object.fromEntries(own.map(([key, value]) => [key, asPulumiText(value)])),
    otherSecrets: Object.entries(config).flatMap(([key, value]) =>
      !key.startsWith(NAMESPACE) && SECRET_NAME.test(key) && typeof value === "string" ? [key] : [],
    ),
    hasEnvironment: isRecord(content) && content["environment"] !== undefined,
  };
}

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

/** Pulumi ignores a setting that lost its indentation, without a word: it would be on in the eyes of who wrote it. */
function refuseOutside(content: unknown): void {
  const outside = Object.keys(isRecord(content) ? content : {}).find((key) => key.includes(":"));
  if (outside === undefined) return;
  throw new Error(
    `not a stack file: ${JSON.stringify(outside)} stands outside config, where Pulumi ignores it; indent it by two`,
  );
}

/** Pulumi reads a name without namespace as the project's own, whatever the project is called: `zdr` as `ai-gateway:zdr`. */
function refuseBareNames(config: Readonly<Record<string, unknown>>): void {
  const bare = Object.keys(config).find((key) => !key.includes(":"));
  if (bare === undefined) return;
  throw new Error(
    `not a stack file: ${JSON.stringify(bare)} under config has no namespace; write it as ${JSON.stringify(NAMESPACE + bare)}, or with the name of the project that reads it`,
  );
}

function parse(text: string): Document {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    // Whatever a line %YAML 1.1 says: Pulumi's reader does not change with it.
    schema: "core",
    resolveKnownTags: false,
    customTags: (tags) => [...UNCLEAR, ...tags],
    merge: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const error =
    document.errors[0] ??
    // !!binary, !!set: Pulumi would read another value than the one that stands there.
    document.warnings.find(({ code }) => code === "TAG_RESOLVE_FAILED");
  if (error === undefined) return document;
  const { line, col } = lines.linePos(error.pos[0]);
  const message =
    error.code === "MULTIPLE_DOCS"
      ? "it has a second document, which Pulumi leaves unread,"
      : error.message;
  throw new Error(`not YAML: ${message} at line ${line}, column ${col}`);
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw new Error(`not YAML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function asPulumiText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Unclear) return value.text;
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Unclear) return item.text;
    if (typeof item === "number" && !Number.isFinite(item))
      throw new Error("not a stack file: .inf and .nan are numbers that Pulumi refuses");
    return item;
  });
}

/** Pulumi writes an encrypted value as the one-key mapping `secure: v1:…`, at any depth. */
export function isCipher(value: unknown): boolean {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A scalar without quotes that yaml.v3 and YAML 1.2 read differently. */
class Unclear {
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

/** Finds what only Pulumi's reader or only this one would take for what it is meant to be. A secret has other rules. */
function findUnclear(path: Path, value: unknown): readonly Problem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => findUnclear([...path, index], item));
  }
  if (isRecord(value) && !(value instanceof Unclear)) {
    return Object.entries(value).flatMap(([key, item]) => findUnclear([...path, key], item));
  }
  const node = nodeAt(jsonSchemas.legacy, path);
  if (node.secret === true) return [];
  const report = (message: string) => [{ path: formatPath(path), message }];
  if (value instanceof Unclear) {
    const shown = node.unshown === true ? "has no quotes" : `is ${value.text} without quotes`;
    return report(`${shown}, which readers of YAML understand differently; ${value.remedy}`);
  }
  const isText = node.type === "string" && node.enum === undefined;
  if (!isText || !["number", "boolean"].includes(typeof value)) return [];
  return report(`is a ${typeof value} without quotes, and the setting is text; quote it`);
}
