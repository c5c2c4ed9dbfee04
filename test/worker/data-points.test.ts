/** The data points that a Worker writes, by the columns that its deploy names. */
import { expect, expectTypeOf, test } from "vitest";

import { columnNames } from "../../policy/gateway/metrics.ts";
import type { Blobs } from "../../worker/chat/telemetry/data-point.ts";
import { MODEL_WAYS, REPLIES, WAYS } from "../support/endpoint-requests.ts";
import { waitFor } from "../support/project.ts";
import { chatBody, startWorker, type RunningWorker, type WorkerScene } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const COLUMNS = columnNames();
const post = (changes: object = {}) => ({ method: "POST", body: chatBody({ ...changes }) });

/** Starts a Worker that writes data points. */
function startMeasured(scene: WorkerScene = {}, columns: object = COLUMNS) {
  const METRICS_COLUMNS = JSON.stringify(columns);
  return startWorker({ ...scene, bindings: { METRICS_COLUMNS, ...scene.bindings } });
}

/** Waits for so many data points, and names their values. */
async function pointsOf(worker: RunningWorker, count = 1): Promise<readonly object[]> {
  const points = await waitFor(
    () => (worker.points.length >= count ? worker.points : undefined),
    () => worker.lines.join("\n"),
  );
  return points.map((point) => {
    const { indexes, blobs, doubles } = Object(point);
    const named = (names: readonly string[], values: readonly unknown[]) =>
      names.map((name, index) => [name, values[index]] as const);
    return {
      index: indexes,
      ...Object.fromEntries([...named(COLUMNS.blobs, blobs), ...named(COLUMNS.doubles, doubles)]),
    };
  });
}

test("no column of a data point has a type that takes any text", () => {
  type Loose = { [K in keyof Blobs]: string extends Blobs[K] ? K : never }[keyof Blobs];
  expectTypeOf<Loose>().toEqualTypeOf<never>();
});

test("an answer leaves one data point", async () => {
  const usage = {
    prompt_tokens: 30,
    completion_tokens: 12,
    total_tokens: 42,
    prompt_tokens_details: { cached_tokens: 20 },
    completion_tokens_details: { reasoning_tokens: 5 },
  };
  const worker = await startMeasured({
    reply: () => ({ body: { choices: [{ message: { content: "hello" } }], usage } }),
  });

  await worker.ask(CHAT, post());

  expect(await pointsOf(worker)).toEqual([
    {
      index: ["web"],
      stack: "test",
      release: "abc123",
      route: CHAT,
      model: "@cf/old/model",
      requestedModel: "@cf/old/model",
      caller: "web",
      code: "",
      streamEnd: "",
      status: 200,
      durationMs: expect.any(Number),
      firstEventMs: 0,
      inputTokens: 30,
      cachedTokens: 20,
      outputTokens: 12,
      reasoningTokens: 5,
      hasUsage: 1,
      fallbacks: 0,
    },
  ]);
});

test("every request is counted but for a look at the health, refused callers too", async () => {
  const worker = await startMeasured(REPLIES);
  const [, ...others] = WAYS;

  for (const { path, method, body } of WAYS) {
    await (await worker.ask(path, { method, body: body() })).text();
  }
  await worker.ask(CHAT, { ...post(), headers: { authorization: "Bearer wrong" } });

  const points = await pointsOf(worker, others.length + 1);
  expect(points).toMatchObject([
    ...others.map(({ route }) => ({ route, caller: "web", status: 200 })),
    { route: "other", caller: "", status: 401, code: "invalid_api_key", model: "" },
  ]);
  expect(MODEL_WAYS.length).toBeGreaterThan(5);
});
