/** How long a stream may be silent, on either side. Plain: in the Workers runtime the waits are real. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Events } from "../../../worker/chat/formats/model-stream.ts";
import { SilenceTimer } from "../../../worker/chat/formats/silence.ts";
import { writeStream, type StreamSource } from "../../../worker/chat/formats/write-stream.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a wait rings once it is as long as its limit, counted from its own begin", async () => {
  const rings: number[] = [];
  const startedAt = Date.now();
  const timer = new SilenceTimer(100, () => rings.push(Date.now() - startedAt));

  timer.begin();
  await vi.advanceTimersByTimeAsync(60);
  timer.begin();
  await vi.advanceTimersByTimeAsync(99);
  expect(rings).toEqual([]);

  await vi.advanceTimersByTimeAsync(1);
  expect(rings).toEqual([160]);
});

test("what nobody waits for never rings, and the next wait has its whole limit", async () => {
  const onSilence = vi.fn<() => void>();
  const timer = new SilenceTimer(100, onSilence);

  timer.begin();
  timer.end();
  await vi.advanceTimersByTimeAsync(1000);
  timer.begin();
  await vi.advanceTimersByTimeAsync(99);
  expect(onSilence).not.toHaveBeenCalled();

  await vi.advanceTimersByTimeAsync(1);
  expect(onSilence).toHaveBeenCalledOnce();
});

test("a limit that is set anew holds from the next wait on, and a stopped timer is gone", async () => {
  const onSilence = vi.fn<() => void>();
  const timer = new SilenceTimer(100, onSilence);

  timer.begin();
  timer.limit(10);
  timer.begin();
  await vi.advanceTimersByTimeAsync(10);
  timer.begin();
  timer.stop();

  expect(onSilence).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test("a comment keeps the connection while the model is silent, and none comes between", async () => {
  const { source, answer } = scene();
  const read = textReader(writeStream(source, () => {}));

  const silent = read();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await silent).toBe("<begin>: keep-alive\n\n");
  const again = read();
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await again).toBe(": keep-alive\n\n");

  const next = read();
  answer([{ event: { data: "" }, parts: [{ type: "text", text: "Hi" }] }]);
  expect(await next).toBe("Hi");
  const last = read();
  answer(undefined);
  expect(await last).toBe("<end>");
  expect(vi.getTimerCount()).toBe(0);
});

test("a caller that reads nothing has one comment waiting, however long", async () => {
  const { source, answer } = scene();
  const read = textReader(writeStream(source, () => {}));

  void read();
  await vi.advanceTimersByTimeAsync(150_000);

  expect(await read()).toBe(": keep-alive\n\n");
  answer(undefined);
  expect(await read()).toBe("<end>");
});

test("what opens a stream is sent with the model's first event, though that has no words", async () => {
  const { source, answer } = scene();
  const read = textReader(writeStream(source, () => {}));

  const first = read();
  answer([{ event: { data: "" }, parts: [] }]);

  expect(await first).toBe("<begin>");
});

function textReader(stream: ReadableStream<Uint8Array>): () => Promise<string> {
  const reader = stream.getReader();
  return async () => new TextDecoder().decode((await reader.read()).value);
}

/** A source whose writer marks begin and end, and the function that answers its pending read. */
function scene() {
  type Read = Awaited<ReturnType<Events["read"]>>;
  let pending = Promise.withResolvers<Read>();
  const stream: Events = { read: () => pending.promise, end: () => [], cancel: () => {} };
  const source: StreamSource = {
    stream,
    first: stream.read(),
    passing: undefined,
    translate: (part) => [part],
    describe: () => ({ status: 502, code: "upstream_error", message: "m" }),
    writer: {
      begin: () => "<begin>",
      write: (part) => ("text" in part ? part.text : ""),
      end: () => "<end>",
      fail: () => "<fail>",
    },
  };
  const answer = (read: Read) => {
    const { resolve } = pending;
    pending = Promise.withResolvers<Read>();
    resolve(read);
  };
  return { source, answer };
}
