/** Which body, and which event, is an error where an answer was due. */
import { expect, test } from "vitest";

import { AnswerError, type StreamEvent } from "../../../worker/chat/formats/format.ts";
import { DONE, findError, readEventData } from "../../../worker/chat/formats/model-error.ts";

const TOLD = { message: "busy" };

test.each<[string, unknown]>([
  ["an error", { error: TOLD }],
  ["an error that is a text", { error: "busy" }],
  ["an error beside an answer", { error: TOLD, choices: [{ delta: {} }] }],
  ["an error in a list", [{ error: TOLD }]],
  ["errors", { errors: [TOLD] }],
  ["no success", { success: false }],
  ["vLLM's object", { object: "error", choices: [] }],
  ["a type", { type: "invalid_request_error" }],
  ["a type in one word", { type: "BadRequestError" }],
  ["a message alone", { message: "busy" }],
  ["FastAPI's detail", { detail: [TOLD] }],
  ["a detail that is a text", { detail: "busy" }],
  ["a reason of a chunk", { choices: [{ finish_reason: "error" }] }],
  ["a reason in another case", { choices: [{ finish_reason: "Abort" }] }],
  ["a broken network", { choices: [{ finish_reason: "network_error" }] }],
  ["no resources", { choices: [{ finish_reason: "insufficient_system_resource" }] }],
  ["a reason of the older form", { response: "", finish_reason: "error" }],
])("%s is an error, whole", (_, body) => {
  expect(findError(body)).toEqual(body);
});

test("the error of a choice is one by itself", () => {
  const choices = [{ error: TOLD, finish_reason: "error" }];

  expect(findError({ choices, model: "m" })).toEqual({ error: TOLD });
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a text", "error"],
  ["an empty list", []],
  ["no field", {}],
  ["an answer", { choices: [{ delta: { content: "Hi" }, finish_reason: "stop" }] }],
  ["an error of null", { error: null, response: "Hi" }],
  ["an empty error", { error: {}, response: "Hi" }],
  ["an error of no text", { error: "", response: "Hi" }],
  ["an error of false", { error: false, response: "Hi" }],
  ["no errors", { errors: [], success: true, response: "Hi" }],
  ["errors that are no list", { errors: "none", response: "Hi" }],
  ["an empty error of a choice", { choices: [{ error: {}, finish_reason: null }] }],
  ["a reason that is a number", { choices: [{ finish_reason: 5 }] }],
  ["choices that are no list", { choices: { error: TOLD } }],
  ["a type that only begins so", { type: "error_free", message: "Hi" }],
  ["a message beside its type", { type: "message", message: "Hi" }],
  ["an empty detail", { detail: {} }],
  ["a message that is no text", { message: { content: "Hi" } }],
  ...["choices", "response", "tool_calls", "data", "output", "content"].map(
    (name): [string, unknown] => [`a message beside ${name}`, { message: "Hi", [name]: [] }],
  ),
])("%s is no error", (_, body) => {
  expect(findError(body)).toBeUndefined();
});

test.each<[string, StreamEvent, unknown]>([
  ["JSON", { data: ' {"a":1} ' }, { a: 1 }],
  ["JSON of a named event", { event: "delta", data: "1" }, 1],
  ["nothing", { data: " " }, undefined],
  ["the end", { data: " [DONE] " }, DONE],
  ...["ping", "heartbeat", "keep-alive", "KeepAlive"].map(
    (event): [string, StreamEvent, unknown] => [event, { event, data: "{" }, undefined],
  ),
])("an event with %s is read", (_, event, data) => {
  expect(readEventData(event)).toEqual(data);
});

test.each<[string, StreamEvent, unknown]>([
  ["is named one", { event: "error", data: ' {"a":1} ' }, { a: 1 }],
  ["is named one, and has a text", { event: "error", data: " busy " }, "busy"],
  ["has one", { data: '{"error":"busy"}' }, { error: "busy" }],
])("an event that %s is an error", (_, event, body) => {
  expect(errorIn(event)).toEqual(new AnswerError(body));
  expect(errorIn(event)).toHaveProperty("body", body);
});

test.each(["{", "pinged: 1"])("an event with %j is no answer", (data) => {
  expect(() => readEventData({ event: "pinged", data })).toThrow(SyntaxError);
});

function errorIn(event: StreamEvent): unknown {
  try {
    return { read: readEventData(event) };
  } catch (error) {
    return error;
  }
}
