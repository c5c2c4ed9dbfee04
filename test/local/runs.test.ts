/** The streams that can be gone on with: how long, by whom, and what a reader sees of a fault. */
import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { Runs } from "../../local/gateway/runs.ts";

test("a stream is kept for five and a half minutes after its end, for its own gateway", async () => {
  const clock = { now: 0 };
  const runs = new Runs(() => clock.now);
  const answer = runs.keep("app", streamed(["aa\n\nb", "b\n\nc\n\n"]));
  const id = answer.headers["cf-aig-run-id"] ?? "";
  await read(answer.pieces);

  clock.now = 329_999;
  expect(await read(runs.resume("app", id, 1))).toBe("bb\n\nc\n\n");
  expect(runs.resume("other", id, 1)).toBeUndefined();
  clock.now = 330_000;
  expect(runs.resume("app", id, 1)).toBeUndefined();
});

test("a stream goes on without its reader, and ends for a second one where its source breaks", async () => {
  const runs = new Runs(() => 0);
  const source = (async function* () {
    yield "a\n\n";
    yield "b\n\n";
    throw new Error("broken");
  })();
  const { headers, pieces } = runs.keep("app", { ...streamed([]), pieces: source });

  await pieces?.[Symbol.asyncIterator]().return?.();

  expect(await read(runs.resume("app", headers["cf-aig-run-id"] ?? "", 0))).toBe("a\n\nb\n\n");
});

test("a reader gets each event as it comes, and the end", async () => {
  const wanted = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const source = (async function* () {
    yield "a\n\n";
    await wanted.promise;
    yield "b\n\n";
    await over.promise;
  })();
  const { pieces } = new Runs(() => 0).keep("app", { ...streamed([]), pieces: source });
  const reader = pieces?.[Symbol.asyncIterator]();
  const next = async (cause: () => void = () => {}) => {
    const piece = reader?.next();
    await setImmediate();
    cause();
    return piece;
  };

  expect(await next()).toEqual({ done: false, value: "a\n\n" });
  expect(await next(wanted.resolve)).toEqual({ done: false, value: "b\n\n" });
  expect(await next(over.resolve)).toEqual({ done: true, value: undefined });
});

test("a whole answer is not kept", () => {
  const answer = { status: 200, headers: {}, body: "{}" };

  expect(new Runs(() => 0).keep("app", answer)).toBe(answer);
});

function streamed(pieces: readonly string[]) {
  return { status: 200, headers: {}, body: "", pieces: ReadableStream.from(pieces) };
}

async function read(pieces: AsyncIterable<string> = ReadableStream.from([])): Promise<string> {
  return (await Array.fromAsync(pieces)).join("");
}
