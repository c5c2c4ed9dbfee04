/**
 * The lane in which a model's stream passes unread to callers who speak its form: what holds there,
 * and what does not.
 */
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { waitFor } from "../support/project.ts";
import { OWN_SHAPES, ROUTES, TALKERS, type TalkingEndpoint } from "../support/talk.ts";
import {
  answer,
  breaking,
  endless,
  event,
  eventsOf,
  inTurn,
  silent,
  SPEAKERS,
  stream,
} from "../support/wire.ts";
import {
  errorOf,
  modelsBinding,
  nativeModels,
  startWorker,
  TOKEN,
  type Reply,
  type RunningWorker,
} from "../support/workerd.ts";

const IDS = Object.values(OWN_SHAPES).map((shape) => SPEAKERS[shape]);
const BINDINGS = { MODELS: nativeModels(...IDS) };
const REQUESTS = {
  chatCompletions: { messages: [{ role: "user", content: "Hi" }] },
  responses: { input: "Hi" },
  messages: { messages: [{ role: "user", content: "Hi" }], max_tokens: 9 },
} satisfies Record<keyof typeof OWN_SHAPES, object>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const endpoints = Object.keys(OWN_SHAPES) as (keyof typeof OWN_SHAPES)[];
const CONTENT = { text: "Grüße to you", calls: [{ name: "look", arguments: { at: 1 } }] };
const CHAT_EVENTS = eventsOf("chat", CONTENT);

test.each(endpoints)("a clean stream reaches callers of %s byte by byte", async (endpoint) => {
  const reply = () => stream(OWN_SHAPES[endpoint], CONTENT);
  const worker = await startWorker({ bindings: BINDINGS, reply });

  const response = await ask(worker, endpoint);

  expect(await response.text()).toBe(eventsOf(OWN_SHAPES[endpoint], CONTENT).join(""));
  expect(await lineOf(worker, response)).toMatchObject({ status: 200, stream: "complete" });
});

test.each(endpoints)("%s has log, event and trace, and the stack's options", async (endpoint) => {
  const reply = () => stream(OWN_SHAPES[endpoint], CONTENT);
  const worker = await startWorker({ bindings: BINDINGS, reply });

  const response = await ask(worker, endpoint);
  await response.text();

  const line = await lineOf(worker, response);
  const [call] = worker.calls;
  const { gateway } = Object(call?.body.options);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("x-log-id")).toBe("log-1");
  expect(response.headers.get("x-model")).toBe(SPEAKERS[OWN_SHAPES[endpoint]]);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(line).toMatchObject({
    eventId: response.headers.get("x-event-id"),
    logId: "log-1",
    caller: "web",
    route: ROUTES[endpoint],
  });
  expect(response.headers.get("traceparent")).toContain(line["traceId"]);
  expect(gateway).toMatchObject({ id: "app-test", collectLog: true, eventId: line["eventId"] });
  expect(call?.headers["mf-header-cf-aig-collect-log-payload"]).toBe("false");
});

test("a compressed stream passes as what it holds", async () => {
  const headers = { "content-encoding": "gzip" };
  const pieces = () => inTurn([gzipSync(CHAT_EVENTS.join(""))]);
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => ({ headers, pieces: pieces() }),
  });

  const response = await ask(worker, "chatCompletions");

  expect(await response.text()).toBe(CHAT_EVENTS.join(""));
});

test("nothing is read: an odd stream comes as it is, and counts as whole", async () => {
  const odd = [": hm\r\n\r\n", event({ id: 7, choices: "none" }), "data: <html>"];
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => ({ pieces: inTurn(odd) }),
  });

  const response = await ask(worker, "chatCompletions");

  expect(await response.text()).toBe(odd.join(""));
  expect(await lineOf(worker, response)).toMatchObject({ stream: "complete" });
});

test.each(endpoints)("an error within a stream of %s goes as it came", async (endpoint) => {
  const begun = eventsOf(OWN_SHAPES[endpoint], CONTENT).slice(0, 3);
  const error = { type: "error", error: { type: "overloaded_error", message: "busy, of theirs" } };
  const pieces = [...begun, `event: error\n${event(error)}`];
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => ({ pieces: inTurn(pieces) }),
  });

  expect(await (await ask(worker, endpoint)).text()).toBe(pieces.join(""));

  const model = SPEAKERS[OWN_SHAPES[endpoint]];
  const { error: raised } = await TALKERS[endpoint](worker, { model, isStreamed: true });
  expect(raised?.message).toContain("busy, of theirs");
});

test("a break cuts the caller's connection, and stands in the line", async () => {
  const pieces = breaking(CHAT_EVENTS.slice(0, 3));
  const worker = await startWorker({ bindings: BINDINGS, reply: () => ({ pieces }) });

  const response = await ask(worker, "chatCompletions");

  await expect(response.text()).rejects.toThrow("terminated");
  expect(await lineOf(worker, response)).toMatchObject({ status: 200, stream: "cut" });
});

// The limit of silence (IDLE_MS) is that of streams that are read.
test("a silent stream is cut where the model's whole time is over", async () => {
  const bindings = { ...BINDINGS, IDLE_MS: "50", TIMEOUT_MS: "1500" };
  const worker = await startWorker({
    bindings,
    reply: () => ({ pieces: silent(CHAT_EVENTS[0] ?? "") }),
  });

  const response = await ask(worker, "chatCompletions");

  await expect(response.text()).rejects.toThrow("terminated");
  const line = await lineOf(worker, response);
  expect(line).toMatchObject({ stream: "cut" });
  expect(line["durationMs"]).toBeGreaterThanOrEqual(1490);
});

test("a caller that hangs up ends the model's answer too", async () => {
  const { reply, ended } = endless();
  const worker = await startWorker({ bindings: BINDINGS, reply: () => reply });
  const caller = new AbortController();

  const response = await ask(worker, "chatCompletions", { signal: caller.signal });
  await response.body?.getReader().read();
  caller.abort();

  expect(await ended).toBe("ended");
  expect(await lineOf(worker, response)).toMatchObject({ stream: "cancelled" });
});

test.each<[string, Reply]>([
  ["answers whole where a stream is due", answer("chat", { text: "Good day" })],
  ["sends events under another type", { body: CHAT_EVENTS.join("") }],
])("a model that %s is read as ever", async (_, reply) => {
  const worker = await startWorker({ bindings: BINDINGS, reply: () => reply });

  const response = await ask(worker, "chatCompletions");

  expect(await response.text()).toContain(`chatcmpl-${response.headers.get("x-event-id")}`);
});

test("a failure before the stream is an error like any other, and asks the fallback", async () => {
  const busy = { status: 429, body: { error: { message: "busy" } } };
  const scene = { bindings: BINDINGS, reply: () => busy };
  const alone = await ask(await startWorker(scene), "chatCompletions");

  const FALLBACKS = JSON.stringify(["@cf/new/model"]);
  const MODELS = JSON.stringify([
    ...JSON.parse(BINDINGS.MODELS),
    ...JSON.parse(modelsBinding("@cf/new/model")),
  ]);
  const helped = await startWorker({
    bindings: { MODELS, FALLBACKS },
    reply: ({ headers }) =>
      headers["mf-header-cf-consn-model-id"] === "@cf/new/model"
        ? stream("newer", { text: "Instead" })
        : busy,
  });
  const response = await ask(helped, "chatCompletions");

  expect(alone.status).toBe(429);
  expect(await errorOf(alone)).toMatchObject({ code: "rate_limit_exceeded" });
  expect(response.headers.get("x-model")).toBe("@cf/new/model");
  expect(await response.text()).toContain("[DONE]");
});

test("a fallback passes by its own setting, whatever the requested model's is", async () => {
  const [native] = IDS;
  const FALLBACKS = JSON.stringify([native]);
  const MODELS = JSON.stringify([
    ...JSON.parse(modelsBinding("xai/grok-5")),
    ...JSON.parse(BINDINGS.MODELS),
  ]);
  const worker = await startWorker({
    bindings: { MODELS, FALLBACKS },
    reply: ({ headers }) =>
      headers["mf-header-cf-consn-model-id"] === native
        ? stream("chat", CONTENT)
        : { status: 503, body: {} },
  });

  const response = await ask(worker, "chatCompletions", {}, "xai/grok-5");

  expect(await response.text()).toBe(CHAT_EVENTS.join(""));
});

test.each<[TalkingEndpoint, string]>([
  ["messages", SPEAKERS.chat],
  ["responses", SPEAKERS.chat],
  ["completions", SPEAKERS.chat],
  ["chatCompletions", SPEAKERS.messages],
  ["chatCompletions", SPEAKERS.responses],
])("callers of %s get a native stream of %s translated", async (endpoint, model) => {
  const shape = Object.values(OWN_SHAPES).find((each) => SPEAKERS[each] === model) ?? "chat";
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => stream(shape, { text: "Good day to you" }),
  });

  const outcome = await TALKERS[endpoint](worker, { model, isStreamed: true });

  expect(outcome).toMatchObject({ text: "Good day to you", reason: "stop" });
});

test("the limit of a caller holds before a stream that passes unread", async () => {
  const worker = await startWorker({
    bindings: BINDINGS,
    callerLimit: 1,
    reply: () => stream("chat", CONTENT),
  });

  const statuses = [await ask(worker, "chatCompletions"), await ask(worker, "chatCompletions")];

  expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
  expect(worker.calls).toHaveLength(1);
});

function ask(
  worker: RunningWorker,
  endpoint: keyof typeof OWN_SHAPES,
  init: RequestInit = {},
  model: string = SPEAKERS[OWN_SHAPES[endpoint]],
): Promise<Response> {
  return worker.ask(ROUTES[endpoint], {
    method: "POST",
    body: JSON.stringify({ model, stream: true, ...REQUESTS[endpoint] }),
    headers: { authorization: `Bearer ${TOKEN}` },
    ...init,
  });
}

async function lineOf(
  { lines }: RunningWorker,
  { headers }: Response,
): Promise<Readonly<Record<string, unknown>>> {
  const id = headers.get("x-event-id") ?? "";
  const line = await waitFor(
    () => lines.find((text) => text.includes(id)),
    () => lines.join("\n"),
  );
  return JSON.parse(line);
}
