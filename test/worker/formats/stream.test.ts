/** How a model's stream becomes a caller's, or another model's turn. Plain: of no runtime's own. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Usage } from "../../../worker/chat/formats/conversation.ts";
import { openStream } from "../../../worker/chat/formats/open-stream.ts";
import { chatCaller, chatModel } from "../../../worker/chat/formats/openai-chat/openai-chat.ts";
import {
  responsesCaller,
  responsesModel,
} from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { readWhole } from "../../../worker/chat/formats/read-whole.ts";
import type { StreamEnd } from "../../../worker/chat/line/request-line.ts";
import { responsesBody, responsesEvents } from "../../support/responses-wire.ts";
import { modelOf } from "../../support/models.ts";
import { headOf } from "../../support/responses.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const MODEL = modelOf("openai/gpt-x");
const IDLE_MS = 5000;
const WAY = { caller: chatCaller, format: chatModel, model: MODEL, head: headOf() };
const event = (data: unknown) =>
  `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const HI = event({ choices: [{ delta: { content: "Hi" } }] });
const STOP = event({ choices: [{ delta: {}, finish_reason: "stop" }] });
const DONE = event("[DONE]");

/** A body that is fed by hand. */
function fed() {
  const sent = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const cancelled = vi.fn<(reason: unknown) => void>();
  const body = new ReadableStream<Uint8Array>({ start: sent.resolve, cancel: cancelled });
  const feed = async (...texts: readonly string[]) => {
    const controller = await sent.promise;
    for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
  };
  return { body, cancelled, feed, controller: sent.promise };
}

const asEvents = (body: string | ReadableStream<Uint8Array>, type = "text/event-stream") =>
  new Response(body, { headers: { "content-type": type } });

async function open(response: Response, changes: object = {}) {
  const ends: StreamEnd[] = [];
  const opened = await openStream(response, { ...WAY, isLast: false, idleMs: IDLE_MS, ...changes });
  return { ...opened, ends, body: opened.begin((end) => ends.push(end)) };
}

/** The contents, errors and marks of a stream. */
async function told(body: ReadableStream<Uint8Array>): Promise<readonly string[]> {
  const text = await new Response(body).text();
  return [
    ...text.matchAll(/"content":"(\w+)"|"code":"(\w+)"|"finish_reason":"(\w+)"|(\[DONE\])/g),
  ].map(([, content, code, reason, mark]) => content ?? code ?? reason ?? mark ?? "");
}

const WHOLE = { choices: [{ message: { content: "Hi" }, finish_reason: "stop" }] };

test.each<[string, Response]>([
  ["in one piece", asEvents(HI + STOP + DONE)],
  ["without a mark", asEvents(HI + STOP)],
  ["without its last blank line", asEvents((HI + STOP).trimEnd())],
  ["after blank lines", asEvents(`\n\n${HI}${STOP}`)],
  ["with more after the mark", asEvents(HI + STOP + DONE + HI)],
  ["under another type", asEvents(HI + STOP + DONE, "text/plain")],
  ["as a whole answer", asEvents(JSON.stringify(WHOLE), "application/json")],
  ["as a whole answer under the type of events", asEvents(` ${JSON.stringify(WHOLE)}`)],
])("a stream that comes %s is written to its end", async (_, response) => {
  const { body, ends } = await open(response);

  expect(await told(body)).toEqual(["Hi", "stop", "[DONE]"]);
  expect(ends).toEqual(["complete"]);
});

test.each([
  ["a text", ["data: ", HI.slice(6), STOP]],
  ["a whole answer", [" \n", "{", JSON.stringify(WHOLE).slice(1)]],
])("%s that comes in pieces is read as one", async (_, pieces) => {
  const { body, feed, controller } = fed();
  await feed(...pieces);
  (await controller).close();

  expect(await told((await open(asEvents(body))).body)).toEqual(["Hi", "stop", "[DONE]"]);
});

test.each(["data", "event", "id", "retry", "", " data"])(
  "a body that begins with %j and a colon has events, whatever its type",
  async (field) => {
    const { body } = await open(
      asEvents(`${field}: 1\n\n${HI}${STOP}`.replace(/^ ?data: 1\n\n/, ""), "text/plain"),
    );

    expect(await told(body)).toEqual(["Hi", "stop", "[DONE]"]);
  },
);

test.each<[string, Response, boolean, string]>([
  [
    "an error that another may do better",
    asEvents(event({ error: { code: 503, message: "x" } })),
    false,
    "upstream_unavailable",
  ],
  [
    "an error in place of events",
    asEvents('{"error":{"code":503,"message":"x"}}'),
    true,
    "upstream_unavailable",
  ],
  ["a page", asEvents("<html>"), true, "bad_model_output"],
  ["a page under its own type", asEvents("<html>", "text/html"), true, "bad_model_output"],
  ["nothing", asEvents(""), true, "upstream_cut"],
  ["a mark alone", asEvents(DONE), true, "upstream_cut"],
  ["what nobody can read", asEvents(event("{")), true, "upstream_cut"],
])("%s before an answer is the model's failure", async (_, response, isLast, code) => {
  await expect(open(response, { isLast })).rejects.toMatchObject({ refusal: { code } });
});

test.each<[string, string, boolean, string]>([
  [
    "of the last model",
    event({ error: { code: 503, message: "x" } }),
    true,
    "upstream_unavailable",
  ],
  ["of the request", event({ error: { code: 400, message: "x" } }), false, "invalid_request"],
])("an error %s is told within the stream", async (_, events, isLast, code) => {
  const { body, ends } = await open(asEvents(events), { isLast });

  expect(await told(body)).toEqual([code]);
  expect(ends).toEqual(["cut"]);
});

test.each<[string, string, readonly string[]]>([
  ["that ends before its answer", HI, ["Hi", "upstream_cut"]],
  [
    "with an error",
    HI + event({ error: { code: 429, message: "x" } }),
    ["Hi", "rate_limit_exceeded"],
  ],
  ["that nobody can read", HI + event("{"), ["Hi", "upstream_cut"]],
  [
    "with an error after its reason",
    HI + STOP + event({ error: { code: 429, message: "x" } }),
    ["Hi", "rate_limit_exceeded"],
  ],
])("a stream %s ends in an error", async (_, events, expected) => {
  const { body, ends } = await open(asEvents(events));

  expect(await told(body)).toEqual(expected);
  expect(ends).toEqual(["cut"]);
});

test("a connection that breaks cuts a stream, and none that is whole", async () => {
  const cut = fed();
  const whole = fed();
  await cut.feed(HI);
  await whole.feed(HI, STOP);
  const broken = await open(asEvents(cut.body));
  const intact = await open(asEvents(whole.body));
  const texts = Promise.all([told(broken.body), told(intact.body)]);
  await vi.advanceTimersByTimeAsync(1);
  for (const { controller } of [cut, whole]) (await controller).error(new Error("reset"));

  expect(await texts).toEqual([
    ["Hi", "upstream_cut"],
    ["Hi", "stop", "[DONE]"],
  ]);
  expect([broken.ends, intact.ends]).toEqual([["cut"], ["complete"]]);
});

test("the platform's own time limit is told as a timeout", async () => {
  const { body, feed, controller } = fed();
  await feed(HI);
  const opened = await open(asEvents(body));
  const text = told(opened.body);
  await vi.advanceTimersByTimeAsync(1);
  (await controller).error(new DOMException("late", "TimeoutError"));

  expect(await text).toEqual(["Hi", "upstream_timeout"]);
});

test("another end of a connection is no timeout", async () => {
  const { body, feed, controller } = fed();
  await feed(HI);
  const text = told((await open(asEvents(body))).body);
  await vi.advanceTimersByTimeAsync(1);
  (await controller).error(new DOMException("gone", "AbortError"));

  expect(await text).toEqual(["Hi", "upstream_cut"]);
});

test("an event that nobody can read ends a stream, and cancels the model's", async () => {
  const { body, feed, cancelled } = fed();
  await feed(HI, event("{"));
  const opened = await open(asEvents(body));

  expect(await told(opened.body)).toEqual(["Hi", "upstream_cut"]);
  expect(cancelled).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test("a chat's events have no name, and each line of their data is one of data", async () => {
  const indented = `data: {"choices":\ndata: [{"delta":{"content":"Hi"}}]}\n\n`;
  const { body } = await open(asEvents(indented + STOP + DONE));

  expect(await new Response(body).text()).toMatch(/^(?:(?:data: .+\n)+\n)+$/);
});

test("silence ends a stream in time, and cancels the model's", async () => {
  const { body, feed, cancelled } = fed();
  await feed(HI);
  const opened = await open(asEvents(body));
  const text = told(opened.body);

  await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
  expect(cancelled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(await text).toEqual(["Hi", "upstream_timeout"]);
  expect(cancelled).toHaveBeenCalledOnce();
});

test("silence before the first event is the model's failure", async () => {
  const failed = open(asEvents(fed().body)).catch((error: unknown) => error);

  await vi.advanceTimersByTimeAsync(IDLE_MS);
  expect(await failed).toMatchObject({ refusal: { code: "upstream_timeout" } });
});

test("once an answer is whole, counts have a second, and then the stream is over", async () => {
  const { body, feed, cancelled } = fed();
  await feed(HI, STOP);
  const opened = await open(asEvents(body));
  const text = told(opened.body);

  await vi.advanceTimersByTimeAsync(999);
  expect(cancelled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(await text).toEqual(["Hi", "stop", "[DONE]"]);
  expect(opened.ends).toEqual(["complete"]);
});

test("a mark ends a stream though the connection stays open", async () => {
  const { body, feed, cancelled } = fed();
  await feed(HI, STOP, DONE);
  const opened = await open(asEvents(body));

  expect(await told(opened.body)).toEqual(["Hi", "stop", "[DONE]"]);
  expect(cancelled).toHaveBeenCalledOnce();
});

test("a caller waits ten seconds for a first event, and is answered without one then", async () => {
  const { body, feed, controller } = fed();
  const opening = open(asEvents(body), { idleMs: 60_000 });
  const isOpen = vi.fn<() => void>();
  void opening.then(isOpen);

  await vi.advanceTimersByTimeAsync(9999);
  expect(isOpen).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(isOpen).toHaveBeenCalledOnce();
  await feed(HI, STOP);
  (await controller).close();
  expect(await told((await opening).body)).toEqual(["Hi", "stop", "[DONE]"]);
});

test("no timer is left once a stream has begun and ended", async () => {
  const { body } = await open(asEvents(HI + STOP + DONE));

  await told(body);
  expect(vi.getTimerCount()).toBe(0);
});

test("a caller that goes cancels the model's stream, and says why", async () => {
  const { body, feed, cancelled } = fed();
  await feed(HI);
  const opened = await open(asEvents(body));

  await opened.body.cancel("gone");

  expect(cancelled).toHaveBeenCalledExactlyOnceWith("gone");
  expect(opened.ends).toEqual(["cancelled"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a character that comes in two pieces is one", async () => {
  const { body, controller } = fed();
  const bytes = new TextEncoder().encode(HI.replace("Hi", "é") + STOP);
  const middle = bytes.indexOf(0xc3) + 1;
  for (const part of [bytes.slice(0, middle), bytes.slice(middle)]) {
    (await controller).enqueue(part);
  }
  (await controller).close();

  expect(await new Response((await open(asEvents(body))).body).text()).toContain('"content":"é"');
});

const PASSED = { ...WAY, caller: responsesCaller, format: responsesModel };
const CONTENT = { text: "Good day" };
const written = responsesEvents(CONTENT).map(
  (each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`,
);

const NATIVE = { ...PASSED, model: { ...MODEL, speaks: "responses", stream: "native" } };

test.each<[string, object, boolean]>([
  ["to a caller of its form", {}, true],
  ["to a caller of another", { caller: chatCaller }, false],
  ["of a stack that reads it", { model: { ...NATIVE.model, stream: undefined } }, false],
])("a native stream %s passes unread: %s", async (_, changes, isUnread) => {
  vi.stubGlobal("IdentityTransformStream", TransformStream);
  const text = `: a comment\n\n${written.join("")}`;
  const { body, first, ends } = await open(asEvents(text), { ...NATIVE, ...changes });

  expect((await new Response(body).text()) === text).toBe(isUnread);
  expect(first === undefined).toBe(isUnread);
  await vi.advanceTimersByTimeAsync(1);
  expect(ends).toEqual(["complete"]);
});

test("a native stream that breaks breaks the caller's, and a whole answer is none", async () => {
  vi.stubGlobal("IdentityTransformStream", TransformStream);
  const { body, controller } = fed();
  const opened = await open(asEvents(body), NATIVE);
  (await controller).error(new Error("reset"));
  const whole = await open(Response.json(responsesBody(CONTENT)), NATIVE);

  await expect(new Response(opened.body).text()).rejects.toThrow("reset");
  expect(opened.ends).toEqual(["cut"]);
  expect(await new Response(whole.body).text()).toContain("response.completed");
});

test("a stream of the caller's own form passes event by event", async () => {
  const { body } = await open(asEvents(written.join("")), PASSED);
  const text = await new Response(body).text();
  const names = (stream: string) => [...stream.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);

  expect(names(text)).toEqual(names(written.join("")));
  expect(text).toContain(written[2]);
});

test("a whole answer passes to a caller of its form, and is translated for another", async () => {
  const answer = () => Response.json({ ...responsesBody(CONTENT), own: 1 });

  expect(await readWhole(answer(), PASSED)).toMatchObject({ id: "resp_1", own: 1 });
  expect(await readWhole(answer(), { ...PASSED, caller: chatCaller })).toMatchObject({
    choices: [{ message: { content: "Good day" }, finish_reason: "stop" }],
  });
});

test("the tokens of an answer are told, whole and streamed", async () => {
  const onUsage = vi.fn<(usage: Usage) => void>();
  const usage = { prompt_tokens: 1, completion_tokens: 2 };

  await readWhole(Response.json({ ...WHOLE, usage }), { ...WAY, onUsage });
  await readWhole(Response.json(WHOLE), { ...WAY, onUsage });
  const { body } = await open(asEvents(HI + STOP + event({ choices: [], usage })), { onUsage });
  await told(body);

  expect(onUsage.mock.calls).toMatchObject([[{ input: 1, output: 2 }], [{ input: 1, output: 2 }]]);
});

test.each<[string, unknown, string]>([
  ["an error", { error: { code: 429, message: "x" } }, "rate_limit_exceeded"],
  ["what nobody can read", { a: 1 }, "bad_model_output"],
])("%s in place of a whole answer is the model's failure", async (_, body, code) => {
  await expect(readWhole(Response.json(body), WAY)).rejects.toMatchObject({ refusal: { code } });
});
