/** The limits of what sends spans, by a clock and a collector of the test's own. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Exporter } from "../../worker/chat/telemetry/exporter.ts";
import { readExport } from "../support/otlp.ts";

type Arguments = Parameters<Exporter["send"]>;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 0 }));

test("a collector that gives no answer is left after five seconds", async () => {
  const late = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(late.signal);
  startCollector((signal) => rejectWith(signal));

  const sent = send(new Exporter());
  late.abort(new DOMException("late", "TimeoutError"));

  expect(await sent).toBe("1 span lost: the collector gave no answer in 5 seconds");
  expect(timeout.mock.calls).toEqual([[5000]]);
});

test("a collector gets its headers, at its own address alone", async () => {
  const fetched = vi.fn<() => Promise<Response>>(async () => new Response());
  vi.stubGlobal("fetch", fetched);

  await send(new Exporter());

  expect(fetched).toHaveBeenCalledExactlyOnceWith("https://otel.test/v1/traces", {
    method: "POST",
    headers: { authorization: "Bearer of-the-collector", "content-type": "application/json" },
    body: expect.any(String),
    redirect: "manual",
    signal: expect.any(AbortSignal),
  });
});

test.each<[string, () => Response, string | undefined]>([
  ["an error", () => new Response("", { status: 503 }), "1 span lost: the collector answered 503"],
  [
    "an error, and what it rejects",
    () => Response.json({ partialSuccess: { rejectedSpans: 9 } }, { status: 400 }),
    "1 span lost: the collector answered 400",
  ],
  // OTLP's JSON has 64-bit numbers as texts, and collectors write both.
  [
    "spans that it rejects",
    () => Response.json({ partialSuccess: { rejectedSpans: "2", errorMessage: "no" } }),
    "2 spans lost: the collector rejected them",
  ],
  [
    "one span that it rejects",
    () => Response.json({ partialSuccess: { rejectedSpans: 1 } }),
    "1 span lost: the collector rejected them",
  ],
  ["a warning", () => Response.json({ partialSuccess: { errorMessage: "slow" } }), undefined],
  ["no number", () => Response.json({ partialSuccess: { rejectedSpans: "x" } }), undefined],
  ["a page", () => new Response("<html>"), undefined],
  ["no body", () => new Response(null, { status: 204 }), undefined],
])("a collector that answers with %s loses what it says", async (_, respond, lost) => {
  startCollector(async () => respond());

  expect(await send(new Exporter())).toBe(lost);
});

test.each([
  ["is not reached", new TypeError("Bearer of-the-collector")],
  ["breaks off", new DOMException("Bearer of-the-collector", "NetworkError")],
])("a collector that %s is reported without a word of the error", async (_, error) => {
  startCollector(() => Promise.reject(error));

  expect(await send(new Exporter())).toBe("1 span lost: the collector cannot be reached");
});

test("of an endless answer 4096 characters are read, in whatever pieces", async () => {
  const left = vi.fn<() => void>();
  const pull = vi.fn<(controller: ReadableStreamDefaultController<Uint8Array>) => void>(
    (controller) => controller.enqueue(new Uint8Array(1024).fill(0x20)),
  );
  const body = new ReadableStream({ pull, cancel: left }, { highWaterMark: 0 });
  startCollector(async () => new Response(body));

  expect(await send(new Exporter())).toBeUndefined();
  expect(pull).toHaveBeenCalledTimes(5);
  expect(left).toHaveBeenCalledOnce();
});

test("an answer that comes in pieces is read whole", async () => {
  const bytes = new TextEncoder().encode('{"partialSuccess":{"rejectedSpans":1}}');
  const body = new ReadableStream({
    start(controller) {
      for (const each of [bytes.slice(0, 9), bytes.slice(9)]) controller.enqueue(each);
      controller.close();
    },
  });
  startCollector(async () => new Response(body));

  expect(await send(new Exporter())).toBe("1 span lost: the collector rejected them");
});

test("256 spans wait for a collector, and no more; the next call has them all", async () => {
  const { calls, answer } = startCollector();
  const exporter = new Exporter();

  const first = send(exporter);
  const waiting = await Promise.all(Array.from({ length: 256 }, () => send(exporter)));
  const refused = await send(exporter);
  answer(0);
  await expect.poll(() => calls).toHaveLength(2);
  answer(1);

  expect(waiting.filter((each) => each !== undefined)).toEqual([]);
  expect(refused).toBe("1 span lost: the collector does not keep up");
  expect(await first).toBeUndefined();
  expect(calls.map(({ spans }) => spans)).toEqual([1, 256]);
});

test("a request that ended while it sent holds no other one up for more than ten seconds", async () => {
  const { calls, answer } = startCollector();
  const exporter = new Exporter();

  // The runtime has ended this request: nothing of it goes on.
  void send(exporter);
  vi.setSystemTime(9999);
  expect(await send(exporter)).toBeUndefined();
  expect(calls).toHaveLength(1);
  vi.setSystemTime(10_000);
  const next = send(exporter);
  answer(1);

  expect(await next).toBeUndefined();
  expect(calls.map(({ spans }) => spans)).toEqual([1, 2]);
});

test("one request makes ten calls for others, and leaves the rest to the next one", async () => {
  const exporter = new Exporter();
  const { calls } = startCollector(async () => {
    await send(exporter);
    return new Response();
  });

  await send(exporter);

  expect(calls).toHaveLength(10);
});

test("one request begins calls for others for ten seconds at most", async () => {
  const exporter = new Exporter();
  const { calls } = startCollector(async () => {
    await send(exporter);
    vi.advanceTimersByTime(5000);
    return new Response();
  });

  await send(exporter);

  expect(calls).toHaveLength(2);
});

test("after a call that failed with 256 waiting, the next request sends them all", async () => {
  const { calls, answer } = startCollector();
  const exporter = new Exporter();

  const first = send(exporter);
  await Promise.all(Array.from({ length: 256 }, () => send(exporter)));
  answer(0, 503);
  expect(await first).toBe("1 span lost: the collector answered 503");
  const next = send(exporter);
  answer(1);

  expect(await next).toBeUndefined();
  expect(calls.map(({ spans }) => spans)).toEqual([1, 257]);
});

function send(exporter: Exporter): Promise<string | undefined> {
  const target = {
    TRACES: { url: "https://otel.test/v1/traces", service: "talk", environment: "production" },
    TRACES_HEADERS: { authorization: "Bearer of-the-collector" },
    STACK: "test",
    RELEASE: "abc",
    GATEWAY_ID: "app",
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the check of bindings makes the deploy's own texts
  return exporter.send(SPAN, target as unknown as Arguments[1]);
}

/** Takes the place of fetch, and keeps each call until it is answered. */
function startCollector(respond?: (signal: AbortSignal) => Promise<Response>) {
  const calls: { readonly spans: number; readonly answer: (response: Response) => void }[] = [];
  const answer = (call: number, status = 200) => calls[call]?.answer(Response.json({}, { status }));
  vi.stubGlobal("fetch", (_: string, { body, signal }: { body: string; signal: AbortSignal }) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    calls.push({ spans: readExport(body).spans.length, answer: resolve });
    return respond?.(signal) ?? promise;
  });
  return { calls, answer };
}

function rejectWith(signal: AbortSignal): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

const SPAN: Arguments[0] = {
  traceId: "ab".repeat(16),
  spanId: "cd".repeat(8),
  parentSpanId: undefined,
  flags: 0x1_01,
  name: "chat",
  kind: 3,
  startTimeUnixNano: "1764374400000000000",
  endTimeUnixNano: "1764374400000000000",
  attributes: [],
  status: {},
};
