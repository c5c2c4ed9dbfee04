/**
 * A stack file as Pulumi would hand it to a program, read without Pulumi.
 *
 * Pulumi's own reader (Go, yaml.v3) keeps `off` and `no` as text, reads `010` as 8, `10_000` as 10000 and an
 * unquoted day as a time stamp; a YAML 1.2 reader would not. Here those scalars come out as Pulumi's do.
 */
import { parseDocument, type Document, type ScalarTag } from "yaml";

import type { ConfigValues } from "./parse-settings.ts";

export interface StackFile {
  /** The settings of the `ai-gateway` namespace. */
  readonly values: ConfigValues;
  /** Whether Pulumi adds values of an environment (Pulumi ESC) that the file does not show. */
  readonly hasEnvironment: boolean;
}

const NAMESPACE = "ai-gateway:";

/** Throws with the position when the text is not YAML, or not a stack file. */
export function readStackFile(text: string): StackFile {
  const document = parseDocument(text, {
    customTags: (tags) => [...GO_SCALARS, ...tags],
    merge: true,
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`not YAML: ${error.message}`);

  const content = toPlain(document);
  const config = isRecord(content) ? (content["config"] ?? {}) : undefined;
  if (!isRecord(config))
    throw new Error("not a stack file: it has no group of settings under config");

  const own = Object.entries(config)
    .filter(([key]) => key.startsWith(NAMESPACE))
    .map(([key, value]) => [key.slice(NAMESPACE.length), value] as const);
  return {
    values: Object.fromEntries(own.map(([key, value]) => [key, asPulumiText(value)])),
    hasEnvironment: isRecord(content) && content["environment"] !== undefined,
  };
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
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Pulumi writes an encrypted value as the one-key mapping `secure: v1:…`, at any depth. */
export function isCipher(value: unknown): boolean {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return entries.length === 1 && entries[0]?.[0] === "secure" && typeof entries[0][1] === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const GO_SCALARS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?0[0-7_]+$/,
    resolve: (text) => Number.parseInt(text.replaceAll("_", ""), 8),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?[1-9][0-9]*(?:_[0-9]+)+$/,
    resolve: (text) => Number(text.replaceAll("_", "")),
  },
  {
    // The text that Go's time.Time prints: seen as `2026-12-31 00:00:00 +0000 UTC`.
    tag: "tag:yaml.org,2002:timestamp",
    default: true,
    test: /^\d{4}-\d{1,2}-\d{1,2}$/,
    resolve: (text) => `${text.replaceAll(/-(\d)(?=-|$)/g, "-0$1")} 00:00:00 +0000 UTC`,
  },
];
