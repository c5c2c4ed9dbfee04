/** What makes a stream clean, and each fault that clients stumble over. */
import { expect, test } from "vitest";

import { findFault } from "../../ops/probe/stream-judge/stream-judge.ts";
import { event, eventsOf, typed } from "../support/wire.ts";

const FORMS = ["chat", "responses", "messages"] as const;
type Form = (typeof FORMS)[number];

const CALLS = [1, 2].map((at) => ({ name: "look", arguments: { at } }));
const CONTENT = { text: "Good day to you", calls: CALLS };

test.each(FORMS)("a clean stream of %s has no fault, with a text, calls, or cut short", (form) => {
  const contents = [
    CONTENT,
    { text: "Good day" },
    { calls: CALLS },
    { text: "G", isCutShort: true },
  ];

  const faults = contents.map((content) => findFault(form, eventsOf(form, content).join("")));

  expect(faults).toEqual(contents.map(() => undefined));
});

test.each(FORMS)("comments between the events of %s are no fault", (form) => {
  expect(findFault(form, eventsOf(form, CONTENT).join(": keep-alive\n\n"))).toBeUndefined();
});

// As Workers AI's own models stream: without ids, and with nulls in calls.
test("chunks of chat that lack their head are a fault", () => {
  expect(findFault("chat", eventsOf("newer", CONTENT).join(""))).toBe("object is another one");
});

test.each(FORMS)("what is no stream of %s is a fault", (form) => {
  const others = FORMS.filter((other) => other !== form).map((other) => eventsOf(other, CONTENT));
  const texts = ["", "<html>", '{"choices":[]}', ...others.map((events) => events.join(""))];

  expect(texts.map((text) => findFault(form, text)).filter((fault) => fault === undefined)).toEqual(
    [],
  );
});

test.each<[Form, string, (json: Json) => void]>([
  ["chat", "id is missing or changes", (json) => (json["id"] = `c${Math.random()}`)],
  ["chat", "model is missing or changes", (json) => delete json["model"]],
  ["chat", "created is no number", (json) => (json["created"] = "1")],
  ["chat", "choices is no list", (json) => delete json["choices"]],
  ["chat", "an error is in it", (json) => (json["error"] = { message: "busy" })],
  ["chat", "index of a choice is not 0", (json) => each(json["choices"], (c) => delete c["index"])],
  ["chat", "a delta is odd", (json) => each(json["choices"], (c) => (c["delta"] = { content: 4 }))],
  [
    "chat",
    "a delta is odd",
    (json) =>
      each(
        json["choices"],
        (c) => (c["delta"] = { tool_calls: [{ function: { arguments: "" } }] }),
      ),
  ],
  [
    "chat",
    "a call has no id, type or name",
    (json) => each(json["choices"], (c) => (c["delta"] = { tool_calls: [{ index: 0 }] })),
  ],
  [
    "chat",
    "it has not one finish_reason",
    (json) => each(json["choices"], (c) => (c["finish_reason"] = "stop")),
  ],
  [
    "chat",
    "it has not one finish_reason",
    (json) => each(json["choices"], (c) => (c["finish_reason"] = null)),
  ],
  [
    "chat",
    "finish_reason is another one",
    (json) => each(json["choices"], (c) => c["finish_reason"] && (c["finish_reason"] = "eos")),
  ],
  [
    "chat",
    "usage is not in numbers",
    (json) => json["usage"] && (json["usage"] = { prompt_tokens: "3" }),
  ],
  ["responses", "sequence_number does not count up", (json) => delete json["sequence_number"]],
  ["responses", "sequence_number does not count up", (json) => (json["sequence_number"] = 1)],
  ["responses", "output_index is no number", (json) => delete json["output_index"]],
  [
    "responses",
    "id of the response is missing or changes",
    (json) => json["response"] && (Object(json["response"]).id = `r${Math.random()}`),
  ],
  ["responses", "item_id is of no item", (json) => json["item_id"] && (json["item_id"] = "other")],
  [
    "responses",
    "an item lacks its id, or a call its call_id",
    (json) => json["item"] && delete Object(json["item"]).call_id,
  ],
  [
    "responses",
    "usage is not in numbers",
    (json) => Object(json["response"]).usage && (Object(json["response"]).usage = {}),
  ],
  ["messages", "blocks are not in order", (json) => delete json["index"]],
  ["messages", "blocks are not in order", (json) => "index" in json && (json["index"] = 0)],
  [
    "messages",
    "blocks are not in order",
    (json) => json["content_block"] && delete Object(json["content_block"]).id,
  ],
  [
    "messages",
    "the message lacks its id or model",
    (json) => json["message"] && delete Object(json["message"]).id,
  ],
  [
    "messages",
    "it has not one stop_reason",
    (json) => json["delta"] && delete Object(json["delta"]).stop_reason,
  ],
  [
    "messages",
    "output_tokens is no number",
    (json) => json["usage"] && (json["usage"] = { output_tokens: null }),
  ],
  [
    "messages",
    "input_tokens is no number",
    (json) => json["message"] && (Object(json["message"]).usage.input_tokens = "3"),
  ],
])("in a stream of %s is found: %s", (form, fault, spoil) => {
  const spoiled = eventsOf(form, CONTENT).map((text) => {
    const data = /^data: (.*)$/m.exec(text)?.[1] ?? "";
    if (data === "[DONE]") return text;
    const json: Json = JSON.parse(data);
    spoil(json);
    return text.replace(data, () => JSON.stringify(json));
  });

  expect(findFault(form, spoiled.join(""))).toBe(fault);
});

const OVERLOADED = { type: "error", error: { type: "overloaded_error", message: "busy" } };
const error = typed(OVERLOADED);

test.each<[Form, string, (events: readonly string[]) => readonly string[]]>([
  ["chat", "it does not end with [DONE]", (events) => events.slice(0, -1)],
  ["chat", "an event has a name", ([head = "", ...rest]) => [`event: chunk\n${head}`, ...rest]],
  ["chat", "a chunk is no JSON", ([, ...rest]) => [event("<html>"), ...rest]],
  ["chat", "an event has a name", (events) => [...events.slice(0, -1), error, ...events.slice(-1)]],
  [
    "chat",
    "a choice follows finish_reason",
    (events) => [...events.slice(0, -1), events[1] ?? "", ...events.slice(-1)],
  ],
  [
    "messages",
    "blocks are not in order",
    (events) => events.filter((text) => !/content_block_stop","index":0/.test(text)),
  ],
  [
    "messages",
    "blocks are not in order",
    (events) => events.toSorted((a, b) => Number(isDelta(a)) - Number(isDelta(b))),
  ],
  ["responses", "it does not end once", (events) => events.slice(0, -1)],
  ["responses", "it does not begin with response.created", (events) => events.slice(1)],
  ["responses", "an error is in it", (events) => [...events.slice(0, 3), error]],
  [
    "responses",
    "an event's name is not its type",
    (events) => events.map((text) => text.replace(/^event: .*\n/, "")),
  ],
  ["messages", "it does not end with message_stop", (events) => events.slice(0, -1)],
  ["messages", "it does not begin with message_start", (events) => events.slice(1)],
  ["messages", "an error is in it", (events) => [...events.slice(0, 3), error]],
  [
    "messages",
    "an event's name is not its type",
    (events) => events.map((text) => text.replace(/^event: .*\n/, "")),
  ],
])("of the events of %s is found: %s", (form, fault, spoil) => {
  expect(findFault(form, spoil(eventsOf(form, CONTENT)).join(""))).toBe(fault);
});

function isDelta(text: string): boolean {
  return text.includes('"text_delta"');
}

type Json = Record<string, unknown>;

function each(list: unknown, change: (item: Json) => unknown): void {
  for (const item of Array.isArray(list) ? list : []) change(item);
}
