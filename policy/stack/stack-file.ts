/**
 * A stack file as Pulumi would hand it to a program, read without Pulumi.
 *
 * Pulumi's own reader (Go, yaml.v3) keeps `off` and `no` as text, reads `010` as 8, `10_000` as 10000 and an
 * unquoted day as a time stamp; a YAML 1.2 reader would not. Here those scalars come out as Pulumi's do. What Pulumi
 * would read and a reviewer would not see is refused.
 */
import { LineCounter, parseDocument, type Document, type ScalarTag } from "yaml";

import type { ConfigValues } from "../settings/parse-settings.ts";

export interface StackFile {
  /** The settings of the `ai-gateway` namespace. */
  readonly values: ConfigValues;
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
    customTags: (tags) => [...GO_SCALARS, ...tags],
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
  if (typeof value === "string" || typeof value === "bigint") return String(value);
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === "number" && !Number.isFinite(item))
      throw new Error("not a stack file: .inf and .nan are numbers that Pulumi refuses");
    // Inside a group a program reads a number as a double, however many digits it has.
    return typeof item === "bigint" ? Number(item) : item;
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

/** https://github.com/go-yaml/yaml/blob/v3/resolve.go */
const GO_SCALARS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:timestamp",
    default: true,
    test: /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/,
    resolve: toGoTime,
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^[-+]?\.?\d/,
    resolve: toGoNumber,
  },
];

/** The text that Go's time.Time prints: `2026-1-2` → `2026-01-02 00:00:00 +0000 UTC`. What is no day stays as it stands. */
function toGoTime(text: string): string {
  const [, written = "", zulu, local] =
    /^([\d-]+)(?:[Tt](\d+:\d+:\d+(?:\.\d+)?)Z| (\d+:\d+:\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  const day = padDigits(written);
  const time = padDigits(zulu ?? local ?? "0:0:0");
  const date = new Date(`${day}T${time}Z`);
  // 30 February is a day in March to JavaScript, and none to Go.
  const isReal = !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(day);
  return isReal ? `${day} ${time} +0000 UTC` : text;
}

function padDigits(text: string): string {
  return text.replaceAll(/(?<![.\d])\d(?!\d)/g, "0$&");
}

/** A bigint where a double would change it, text where Go sees no number. */
function toGoNumber(text: string): number | bigint | string {
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  const whole = /^[-+]?(0x[\da-f]+|0o?[0-7]+|0b[01]+|0|[1-9]\d*)$/i.exec(plain)?.[1];
  if (whole !== undefined) {
    const size = BigInt(whole.replace(/^0(?=\d)/, "0o"));
    const value = plain.startsWith("-") ? -size : size;
    if (Number.isSafeInteger(Number(value))) return Number(value);
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return value;
  }
  const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  return Number.isFinite(float) ? float : text;
}
