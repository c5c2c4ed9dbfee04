/**
 * Odd answers in every form that a model may speak, through every endpoint: a good one stays an
 * answer that the protocol's own SDK takes, a bad one is a fault.
 */
import { expect, test } from "vitest";

import { TALKERS } from "../support/talk.ts";
import { answer, event, eventsOf, inTurn, SPEAKERS, stream, type Shape } from "../support/wire.ts";
import { modelsBinding, startWorker, type Reply } from "../support/workerd.ts";

const FALLBACK = "@cf/new/fallback";
const BINDINGS = {
  MODELS: modelsBinding(...Object.values(SPEAKERS), FALLBACK),
  FALLBACKS: JSON.stringify([FALLBACK]),
};
const ENDPOINTS = Object.entries(TALKERS);
const DONE = event("[DONE]");

interface Odd {
  readonly what: string;
  readonly shapes: readonly Shape[];
  /** The whole answer; absent for a stream. */
  readonly body?: unknown;
  /** The events of a stream: texts as they are. */
  readonly events?: readonly unknown[];
  readonly type?: string;
  readonly outcome: object;
}

const CHAT = ["newer", "chat"] as const;
const HELLO = { text: "Good day", reason: "stop" };
const CUT = { text: "Good day", reason: "length" };
const FILTERED = { text: "Good day", reason: "content_filter" };
const CALL = { calls: [{ name: "look", input: { at: 1 } }], reason: "tool_calls" };
const BARE_CALL = { calls: [{ name: "look", input: {} }], reason: "tool_calls" };
const TWO_CALLS = {
  calls: [1, 2].map((at) => ({ name: "look", input: { at } })),
  reason: "tool_calls",
};
const INSTEAD = { text: "Instead" };
const fault = (message: string) => ({ error: { message: expect.stringContaining(message) } });

const message = (fields: object, finish_reason: unknown = "stop") => ({
  choices: [{ index: 0, message: { role: "assistant", content: null, ...fields }, finish_reason }],
});
const delta = (fields: object, finish_reason: unknown = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason }],
});
const called = (input: unknown, more: object = {}) => ({
  id: "call_1",
  type: "function",
  function: { name: "look", arguments: input },
  ...more,
});
const calling = (...calls: readonly object[]) => calls.map((call) => delta({ tool_calls: [call] }));
const ended = [delta({}, "stop"), DONE];
const said = delta({ content: "Good day" });

const chatAnswers: readonly Omit<Odd, "shapes">[] = [
  { what: "arguments of null", body: message({ tool_calls: [called(null)] }), outcome: BARE_CALL },
  {
    what: "two calls of one id",
    body: message({ tool_calls: [1, 2].map((at) => called(`{"at":${at}}`, { index: 0 })) }),
    outcome: TWO_CALLS,
  },
  {
    what: "a call without a name",
    body: message({ content: "Good day", tool_calls: [{ function: { name: "" } }] }, "tool_calls"),
    outcome: { ...HELLO, calls: [] },
  },
  {
    what: "the older form of a call",
    body: message({ function_call: { name: "look", arguments: '{"at":1}' } }, "function_call"),
    outcome: CALL,
  },
  {
    what: "a thought among the parts",
    body: message({
      content: [
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "text", text: "Good day" },
      ],
    }),
    outcome: HELLO,
  },
  ...["max_output_tokens", "MODEL_CONTEXT_WINDOW_EXCEEDED"].map((reason) => ({
    what: `the reason ${reason}`,
    body: message({ content: "Good day" }, reason),
    outcome: CUT,
  })),
  ...["RECITATION", "sensitive"].map((reason) => ({
    what: `the reason ${reason}`,
    body: message({ content: "Good day" }, reason),
    outcome: FILTERED,
  })),
  ...["ERROR", "abort", "network_error"].map((reason) => ({
    what: `the reason ${reason}`,
    body: message({ content: "Good" }, reason),
    outcome: INSTEAD,
  })),
  {
    what: "a bare error",
    body: { object: "error", message: "no field x", type: "BadRequestError", code: 400 },
    outcome: fault("no field x"),
  },
  {
    what: "an error in a list",
    body: [{ error: { code: 400, message: "no field x", status: "INVALID_ARGUMENT" } }],
    outcome: fault("no field x"),
  },
];

const chatStreams: readonly Omit<Odd, "shapes">[] = [
  {
    what: "arguments of null",
    events: [...calling(called(null)), ...ended],
    outcome: BARE_CALL,
  },
  {
    what: "two calls of one id without an index",
    events: [...calling(called('{"at":1}'), called('{"at":2}')), ...ended],
    outcome: TWO_CALLS,
  },
  {
    what: "two calls of one index without an id",
    events: [
      ...calling(...[1, 2].map((at) => called(`{"at":${at}}`, { index: 0, id: null }))),
      ...ended,
    ],
    outcome: TWO_CALLS,
  },
  {
    what: "a name on each piece of a call",
    events: [...calling(called('{"at"'), called(":1}")), ...ended],
    outcome: CALL,
  },
  {
    what: "a call without a name before another",
    events: [
      ...calling({ index: 0, function: { name: "" } }, called('{"at":1}', { index: 1 })),
      ...ended,
    ],
    outcome: CALL,
  },
  { what: "a number as its reason", events: [said, delta({}, 1)], outcome: HELLO },
  {
    what: "an unreadable event after its end",
    events: [said, delta({}, "stop"), "data: {bro\n\n"],
    outcome: HELLO,
  },
  {
    what: "an error after its end",
    events: [said, delta({}, "stop"), { error: { message: "no field x", code: 400 } }],
    outcome: fault("no field x"),
  },
  {
    what: "an error after [DONE]",
    events: [said, ...ended, { error: { message: "no field x" } }],
    outcome: HELLO,
  },
  {
    what: "empty errors",
    events: [{ ...said, error: {} }, { error: "" }, ...ended],
    outcome: HELLO,
  },
  {
    what: "a heartbeat that is a text",
    events: [said, "event: heartbeat\ndata: still here\n\n", ...ended],
    outcome: HELLO,
  },
  {
    what: "an error that is a text",
    events: [said, "event: error\ndata: maximum context length is 8 tokens\n\n", DONE],
    outcome: fault("8 tokens"),
  },
  ...[
    { object: "error", message: "no", type: "BadRequestError", code: 400 },
    [{ error: { message: "no" } }],
    { detail: "no" },
    { message: "no", code: 500 },
  ].map((error) => ({
    what: `${JSON.stringify(error)} before [DONE]`,
    events: [said, error, DONE],
    outcome: fault(""),
  })),
  { what: "[DONE] alone", events: [DONE], outcome: INSTEAD },
  { what: "comments alone", events: [": one moment\n\n", ": more\n\n"], outcome: INSTEAD },
  { what: "no choice before [DONE]", events: [{ choices: [] }, DONE], outcome: fault("broke off") },
];

const use = (more: object = {}) => ({
  type: "tool_use",
  id: "toolu_1",
  name: "look",
  input: { at: 1 },
  ...more,
});
const spoken = (content: unknown, stop_reason: unknown, more: object = {}) => ({
  type: "message",
  role: "assistant",
  content,
  stop_reason,
  usage: { input_tokens: 3, output_tokens: 2 },
  ...more,
});
const day = [{ type: "text", text: "Good day" }];

const messagesAnswers: readonly Omit<Odd, "shapes">[] = [
  ...[undefined, null, {}, { output_tokens: 2 }, { input_tokens: null, output_tokens: "2" }].map(
    (usage) => ({
      what: `the usage ${JSON.stringify(usage)}`,
      body: spoken(day, "end_turn", { usage }),
      outcome: HELLO,
    }),
  ),
  ...["end_turn", "", null, "TOOL_USE"].map((reason) => ({
    what: `a call and the reason ${reason}`,
    body: spoken([use()], reason),
    outcome: CALL,
  })),
  ...[undefined, null, ""].map((id) => ({
    what: `a call of the id ${id}`,
    body: spoken([use({ id })], "tool_use"),
    outcome: CALL,
  })),
  {
    what: "two calls of one id",
    body: spoken([use(), use({ input: { at: 2 } })], "tool_use"),
    outcome: TWO_CALLS,
  },
  {
    what: "a text as input",
    body: spoken([use({ input: '{"at":1}' })], "tool_use"),
    outcome: CALL,
  },
  { what: "a text as content", body: spoken("Good day", "end_turn"), outcome: HELLO },
  {
    what: "a number as text",
    body: spoken([{ type: "text", text: 4 }], "end_turn"),
    outcome: { text: "4" },
  },
  { what: "an unknown block", body: spoken([{ type: "new" }, ...day], "end_turn"), outcome: HELLO },
  { what: "the reason MAX_TOKENS", body: spoken(day, "MAX_TOKENS"), outcome: CUT },
];

const item = (content: unknown) => ({ type: "message", id: "msg_1", role: "assistant", content });
const toolCall = (more: object = {}) => ({
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "look",
  status: "completed",
  arguments: '{"at":1}',
  ...more,
});
const response = (output: readonly object[], more: object = {}) => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  output,
  ...more,
});

const responsesAnswers: readonly Omit<Odd, "shapes">[] = [
  {
    what: "a call without ids",
    body: response([toolCall({ id: undefined, call_id: undefined })]),
    outcome: CALL,
  },
  {
    what: "two calls of one id",
    body: response([toolCall(), toolCall({ id: "fc_2", arguments: '{"at":2}' })]),
    outcome: TWO_CALLS,
  },
  {
    what: "arguments of null",
    body: response([toolCall({ arguments: null })]),
    outcome: BARE_CALL,
  },
  {
    what: "an object as arguments",
    body: response([toolCall({ arguments: { at: 1 } })]),
    outcome: CALL,
  },
  { what: "a text as content", body: response([item("Good day")]), outcome: HELLO },
  {
    what: "a usage of one count",
    body: response([item("Good day")], { usage: { input_tokens: 3 } }),
    outcome: HELLO,
  },
];

const called2 = toolCall({ id: "fc_2", arguments: '{"at":2}' });
const calledTwice = [
  { type: "response.created", response: response([], { status: "in_progress" }) },
  ...[toolCall(), called2].flatMap((each, output_index) => [
    {
      type: "response.output_item.added",
      output_index,
      item: { ...each, arguments: "", status: "in_progress" },
    },
    {
      type: "response.function_call_arguments.delta",
      output_index,
      item_id: each.id,
      delta: each.arguments,
    },
    { type: "response.output_item.done", output_index, item: each },
  ]),
  { type: "response.completed", response: response([toolCall(), called2]) },
];
const begunResponse = eventsOf("responses", { text: "Good day" }).slice(0, 5);
const begunMessage = eventsOf("messages", { text: "Good day" });
const without = (name: string) => begunMessage.filter((each) => !each.includes(name));
const cloudflares = { success: false, errors: [{ code: 5006, message: "no field x" }] };

const otherStreams: readonly Odd[] = [
  ...["message_stop", "message_delta", "event: ping"].map((name) => ({
    what: `no ${name}`,
    shapes: ["messages"] as const,
    events: without(name),
    outcome: HELLO,
  })),
  {
    what: "no names of events",
    shapes: ["messages"],
    events: begunMessage.map((each) => each.replace(/^event: .*\n/, "")),
    outcome: HELLO,
  },
  {
    what: "no usage",
    shapes: ["messages"],
    events: begunMessage.map((each) => each.replaceAll('"usage"', '"use"')),
    outcome: HELLO,
  },
  {
    what: "[DONE] at its end",
    shapes: ["messages"],
    events: [...without("message_stop"), DONE],
    outcome: HELLO,
  },
  {
    what: "an end turn after a call",
    shapes: ["messages"],
    events: eventsOf("messages", { calls: [{ name: "look", arguments: { at: 1 } }] }).map((each) =>
      each.replace('"tool_use","stop_sequence"', '"end_turn","stop_sequence"'),
    ),
    outcome: CALL,
  },
  {
    what: "an error after its end",
    shapes: ["messages"],
    events: [...without("message_stop"), { type: "error", error: { message: "no field x" } }],
    outcome: fault(""),
  },
  { what: "two calls of one id", shapes: ["responses"], events: calledTwice, outcome: TWO_CALLS },
  {
    what: "response.done at its end",
    shapes: ["responses"],
    events: eventsOf("responses", { text: "Good day" }).map((each) =>
      each.replaceAll("response.completed", "response.done"),
    ),
    outcome: HELLO,
  },
  {
    what: "[DONE] before its end",
    shapes: ["responses"],
    events: [...begunResponse, DONE],
    outcome: fault("broke off"),
  },
  {
    what: "an error of Cloudflare's",
    shapes: ["responses"],
    events: [...begunResponse, cloudflares],
    outcome: fault("no field x"),
  },
  {
    what: "an error of Cloudflare's",
    shapes: ["messages"],
    events: [...begunMessage.slice(0, 4), cloudflares],
    outcome: fault("no field x"),
  },
  {
    what: "an error of Cloudflare's first",
    shapes: ["messages", "responses"],
    events: [{ success: false, errors: [{ code: 3040, message: "busy" }] }],
    outcome: INSTEAD,
  },
];

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const SHAPES = Object.keys(SPEAKERS) as Shape[];
const underOtherTypes: readonly Odd[] = ["application/json", "Text/Event-Stream"].flatMap((type) =>
  SHAPES.map((shape) => ({
    what: `its events as ${type}`,
    shapes: [shape],
    type,
    events: eventsOf(shape, { text: "Good day" }),
    outcome: HELLO,
  })),
);

const of = (shapes: readonly Shape[], odds: readonly Omit<Odd, "shapes">[]) =>
  odds.map((odd) => ({ ...odd, shapes }));
const odds: readonly Odd[] = [
  ...of(CHAT, [...chatAnswers, ...chatStreams]),
  ...of(["messages"], messagesAnswers),
  ...of(["responses"], responsesAnswers),
  ...otherStreams,
  ...underOtherTypes,
];

const rows = odds.flatMap(({ shapes, ...odd }) =>
  shapes.flatMap((shape) =>
    ENDPOINTS.filter(([endpoint]) => endpoint !== "completions" || !("calls" in odd.outcome)).map(
      ([endpoint, talk]) => ({ endpoint, talk, shape, ...odd }),
    ),
  ),
);

test.each(rows)("$endpoint has from $shape with $what what its SDK takes", async (row) => {
  const { talk, shape, outcome, body, events, type } = row;
  const isStreamed = events !== undefined;
  const odd: Reply = isStreamed
    ? { pieces: inTurn(events.map(toPiece)), ...(type && { headers: { "content-type": type } }) }
    : { body };
  const good = isStreamed
    ? stream("newer", { text: "Instead" })
    : answer("newer", { text: "Instead" });
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: ({ headers }) => (headers["mf-header-cf-consn-model-id"] === FALLBACK ? good : odd),
  });

  const hasTool = "calls" in outcome && row.endpoint !== "completions";
  const got = await talk(worker, { model: SPEAKERS[shape], isStreamed, hasTool });

  expect(got).toMatchObject(outcome);
  expect(worker.calls).toHaveLength(outcome === INSTEAD ? 2 : 1);
});

function toPiece(piece: unknown): string {
  return typeof piece === "string" ? piece : event(piece);
}
