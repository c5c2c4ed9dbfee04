/**
 * Reads an error, in any of the shapes in which Cloudflare, providers and model servers report one:
 * OpenAI's, Anthropic's, Google's (in a list too), Workers AI's `errors`, the gateway's `error`
 * list, FastAPI's `detail`, a bare text, or any of these as JSON within another's message.
 */
import { parseJson } from "../../json.ts";

/** An error as it was reported. */
export interface ReportedError {
  /** Codes that are numbers: those of AI Gateway and Workers AI, and HTTP statuses. */
  readonly numbers: readonly number[];
  /** Codes and types that are names, in lower case. */
  readonly names: readonly string[];
  /** The HTTP status that it names. */
  readonly status: number | undefined;
  /** The message, harmless and bounded; empty where there is none. */
  readonly text: string;
  /** The path of the field at fault. */
  readonly param: string | undefined;
}

// More than any provider's own sentence; a server that repeats the prompt in it is cut short.
const MAX_TEXT = 500;

/** Reads the body of an error. */
export function readError(body: unknown): ReportedError {
  const { internalCode, error }: Fields = Object(topOf(body));
  const outer = itemsOf(body);
  // What a provider reported is nearer to the fault than what stands around it.
  const items = [...outer.flatMap(textsOf).flatMap(itemsWithin), ...outer];
  const texts = items.flatMap(textsOf).map(toHarmless);
  const text = texts.find((each) => each !== "") ?? "";
  const codes = [internalCode, ...items.flatMap(codesOf), ...texts.map(codeIn)];
  const numbers = codes.map(Number).filter((code) => code > 0);
  const names = codes.flatMap((code) => (typeof code === "string" ? [code.toLowerCase()] : []));
  return {
    numbers,
    names,
    status: [...numbers, ...names.map((name) => STATUS_OF.get(name))].find(isStatus),
    text: withCounts(text, Object(error)),
    param: items.map((item): unknown => Object(item).param).find(isPath),
  };
}

/** Lists the places where a body may have its message and its codes. */
function itemsOf(body: unknown): readonly unknown[] {
  const top = topOf(body);
  const { error, errors, detail, response }: Fields = Object(top);
  return [error, errors, Object(response).error, detail, top].flat();
}

function topOf(body: unknown): unknown {
  const [top]: readonly unknown[] = Array.isArray(body) ? body : [body];
  return top;
}

/** Lists the places of an error that stands as JSON within a message. */
function itemsWithin(text: string): readonly unknown[] {
  return itemsOf(parseJson(/[{[].*/s.exec(text)?.[0] ?? ""));
}

/** The statuses that names stand for. */
const STATUS_OF: ReadonlyMap<string, number> = new Map([
  // Anthropic, https://platform.claude.com/docs/en/api/errors
  ["invalid_request_error", 400],
  ["authentication_error", 401],
  ["permission_error", 403],
  ["not_found_error", 404],
  ["request_too_large", 413],
  ["rate_limit_error", 429],
  ["timeout_error", 504],
  ["overloaded_error", 503],
  // OpenAI, and servers that speak its protocol
  ["badrequesterror", 400],
  ["invalid_api_key", 401],
  ["model_not_found", 404],
  ["notfounderror", 404],
  ["rate_limit_exceeded", 429],
  // Google, https://cloud.google.com/apis/design/errors
  ["invalid_argument", 400],
  ["failed_precondition", 400],
  ["unauthenticated", 401],
  ["permission_denied", 403],
  ["not_found", 404],
  ["resource_exhausted", 429],
  ["unavailable", 503],
  ["deadline_exceeded", 504],
]);

function isStatus(value: number | undefined): value is number {
  return value !== undefined && value >= 400 && value < 600;
}

type Fields = Readonly<Record<string, unknown>>;

function textsOf(item: unknown): string[] {
  const { message, msg }: Fields = Object(item);
  return [item, message, msg].filter((text) => typeof text === "string");
}

function codesOf(item: unknown): unknown[] {
  const { code, type, status }: Fields = Object(item);
  return [code, type, status];
}

/**
 * Finds a code that stands in the message alone: `AiError: 5007: …`, `5007: …`, `error code: 5007`.
 */
function codeIn(text: string): string | undefined {
  return /(?:^|error:? *|code:? *|[[(])(\d{4})(?=[:\])]|$)/i.exec(text)?.[1];
}

/** Makes one line of a text; a page is no message. */
function toHarmless(text: string): string {
  const start = text.slice(0, 4 * MAX_TEXT).trim();
  if (start.startsWith("<")) return "";
  const line = start.replaceAll(/[\p{C}\p{Z}]+/gu, " ");
  return line.slice(0, MAX_TEXT).toWellFormed();
}

/** Adds what llama.cpp reports beside its message. */
function withCounts(text: string, { n_prompt_tokens: sent, n_ctx: most }: Fields): string {
  const isKnown = typeof sent === "number" && typeof most === "number";
  if (!isKnown || (text.includes(String(sent)) && text.includes(String(most)))) return text;
  return `${text} (${sent} tokens > ${most} maximum)`;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && /^[\w.[\]-]{1,100}$/.test(value);
}
