/** Finds errors where an answer, or a part of it, was due: in any of the shapes that models give one. */
import { parseJson } from "../../json.ts";
import { AnswerError, type StreamEvent } from "./format.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What marks the end of a stream in OpenAI's formats. */
export const DONE = "[DONE]";

/** The reasons for an end that is none. */
const FAILED: ReadonlySet<unknown> = new Set([
  "error",
  "abort",
  "network_error",
  "insufficient_system_resource",
]);

const HEARTBEAT = /^(?:ping|heartbeat|keep-?alive)$/i;

/**
 * Parses the data of an event; undefined where it has none, `[DONE]` for that. Throws an AnswerError
 * for an error.
 */
export function readEventData({ event, data }: StreamEvent): unknown {
  const text = data.trim();
  if (event === "error") throw new AnswerError(parseJson(text) ?? text);
  if (text === "" || (event !== undefined && HEARTBEAT.test(event))) return undefined;
  if (text === DONE) return DONE;
  const json: unknown = JSON.parse(text);
  const error = findError(json);
  if (error !== undefined) throw new AnswerError(error);
  return json;
}

/** Returns the error that a body, or an event, is or has; undefined where there is none. */
export function findError(json: unknown): unknown {
  const [top]: readonly unknown[] = Array.isArray(json) ? json : [json];
  const fields: Fields = Object(top);
  const choice = firstOf(fields["choices"]);
  if (isGiven(choice["error"])) return { error: choice["error"] };
  const reason = choice["finish_reason"] ?? fields["finish_reason"];
  const isFailed = typeof reason === "string" && FAILED.has(reason.toLowerCase());
  return isFailed || isError(fields) ? json : undefined;
}

function isError(fields: Fields): boolean {
  const { error, errors, success, type, object } = fields;
  if (isGiven(error) || success === false || object === "error") return true;
  if (Array.isArray(errors) && errors.length > 0) return true;
  return typeof type === "string" ? /error$/i.test(type) : isMessageAlone(fields);
}

/** Returns whether there is a message, and nothing that could be an answer. */
function isMessageAlone(fields: Fields): boolean {
  const hasMessage = typeof fields["message"] === "string" || isGiven(fields["detail"]);
  return hasMessage && ANSWERS.every((name) => fields[name] === undefined);
}

const ANSWERS = ["choices", "response", "tool_calls", "data", "output", "content"];

/** Returns whether an error is one: some servers send an empty one beside each answer. */
function isGiven(error: unknown): boolean {
  if (typeof error === "object") return error !== null && Object.keys(error).length > 0;
  return error !== undefined && error !== "" && error !== false;
}

function firstOf(choices: unknown): Fields {
  const [first]: readonly unknown[] = Array.isArray(choices) ? choices : [];
  return Object(first);
}
