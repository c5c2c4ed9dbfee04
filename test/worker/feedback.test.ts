import { expect, test } from "vitest";

import { errorOf, startWorker, type LogCall, type Reply } from "../support/workerd.ts";

const LOG_ID = "01a2051e-6c37-7b96-816a-d925c0c54c43";

/** A log of one caller; what is asked about it is kept in `calls`. */
function logOf(caller: string, calls: LogCall[] = []): (call: LogCall) => Reply {
  return (call) => {
    calls.push(call);
    const result = { id: LOG_ID, metadata: { caller, stack: "test" } };
    return { body: { success: true, result } };
  };
}

async function send(body: object, log?: (call: LogCall) => Reply): Promise<Response> {
  const worker = await startWorker(log === undefined ? {} : { log });
  return worker.ask("/v1/feedback", { method: "POST", body: JSON.stringify(body) });
}

test.each([
  [1, 1],
  [-1, -1],
  [0, null],
])("a caller marks its own log with %i", async (score, feedback) => {
  const calls: LogCall[] = [];

  const response = await send({ log_id: LOG_ID, score }, logOf("web", calls));

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ log_id: LOG_ID, score });
  const path = `/ai-gateway/gateways/app-test/logs/${LOG_ID}`;
  expect(calls).toEqual([
    { method: "GET", path, body: undefined },
    { method: "PATCH", path, body: { feedback } },
  ]);
});

test("the log of another caller, and one that does not exist, are none alike", async () => {
  const calls: LogCall[] = [];
  const others = await send({ log_id: LOG_ID, score: 1 }, logOf("job", calls));
  const missing = await send({ log_id: LOG_ID, score: 1 });

  expect([others.status, missing.status]).toEqual([404, 404]);
  const [one, two] = [await errorOf(others), await errorOf(missing)];
  expect(one["code"]).toBe("log_not_found");
  expect(one["message"]).toBe(two["message"]);
  expect(calls.map(({ method }) => method)).toEqual(["GET"]);
});

test("a log whose metadata comes as text is read too", async () => {
  const log = () => ({ body: { success: true, result: { metadata: '{"caller":"web"}' } } });

  expect((await send({ log_id: LOG_ID, score: 1 }, log)).status).toBe(200);
});

test("a gateway that fails is a 502", async () => {
  const log = () => ({ status: 500, body: { success: false, errors: [{ message: "broken" }] } });

  expect((await send({ log_id: LOG_ID, score: 1 }, log)).status).toBe(502);
});

test.each([
  { log_id: LOG_ID, score: 2 },
  { log_id: LOG_ID },
  { log_id: "../../gateways/other/logs/x", score: 1 },
  { log_id: "", score: 1 },
])("%j is refused before anything is asked", async (body) => {
  const calls: LogCall[] = [];

  const response = await send(body, logOf("web", calls));

  expect(response.status).toBe(400);
  expect(calls).toEqual([]);
});
