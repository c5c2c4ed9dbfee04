import { expect, test } from "vitest";

import { quantile } from "./table.ts";
import { timeChat } from "./timed-request.ts";
import { startWorkerPair } from "./worker-pair.ts";

test("both Workers of the benchmark say the model's words, whole and streamed", async () => {
  const pair = await startWorkerPair();
  const { chat, smallest } = pair;

  // Each rejects where the answer is no success; only a stream has first words.
  const whole = [await timeChat(chat), await timeChat(smallest)];
  const streamed = [await timeChat(chat, 3), await timeChat(smallest, 3)];
  await pair.stop();

  expect(whole.map(({ wholeMs }) => wholeMs > 0)).toEqual([true, true]);
  expect(streamed.map(({ firstMs, wholeMs }) => firstMs <= wholeMs)).toEqual([true, true]);
});

test("a quantile is the smallest value that enough values do not exceed", () => {
  const values = [5, 1, 4, 2, 3];

  expect([quantile(values, 0), quantile(values, 0.5), quantile(values, 0.99)]).toEqual([1, 3, 5]);
  expect(quantile([], 0.5)).toBeNaN();
});
