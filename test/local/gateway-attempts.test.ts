/** How often and when the gateway asks a model, and which of its answers it keeps. */
import { expect, test } from "vitest";

import type { Model, ModelReply } from "../../local/gateway/model.ts";
import { openGateway } from "../support/gateway.ts";

/** A model with such statuses in turn, undefined for no answer; the last one stays. */
function modelOf(...statuses: readonly (number | undefined)[]) {
  const askedAt: number[] = [];
  const model: Model = async (): Promise<ModelReply> => {
    const status = statuses[Math.min(askedAt.length, statuses.length - 1)];
    askedAt.push(performance.now());
    if (status === undefined) throw new Error("no answer");
    return { status, body: JSON.stringify({ response: `answer ${askedAt.length}` }) };
  };
  return { model, askedAt };
}

test.each([
  ["constant", [20, 20, 20]],
  ["linear", [20, 40, 60]],
  ["exponential", [20, 40, 80]],
  [undefined, [20, 20, 20]],
] as const)(
  "with %s backoff the attempts are %j ms apart at least",
  async (retryBackoff, waits) => {
    const { model, askedAt } = modelOf(429, 500, undefined, 200);
    const settings = {
      retryMaxAttempts: 3,
      retryDelay: 20,
      ...(retryBackoff && { retryBackoff }),
    } as const;

    expect((await openGateway({ model, settings }).ask()).status).toBe(200);
    const gaps = waits.map((_, index) => Number(askedAt[index + 1]) - Number(askedAt[index]));
    // A timer may be a millisecond early.
    expect(gaps.filter((gap, index) => gap < Number(waits[index]) - 1)).toEqual([]);
  },
);

test("a request's own delay and backoff go before the gateway's", async () => {
  const { model, askedAt } = modelOf(500, 500, 200);
  const settings = { retryMaxAttempts: 2, retryDelay: 60_000, retryBackoff: "constant" } as const;

  await openGateway({ model, settings }).ask({ options: { retryDelayMs: 10, backoff: "linear" } });

  expect(Number(askedAt[2]) - Number(askedAt[1])).toBeGreaterThanOrEqual(19);
});

test.each([
  [404, 404],
  [429, 400],
  [500, 400],
  [undefined, 400],
])(
  "a model's %s is answered as %i, not as one from the cache, and never kept",
  async (from, to) => {
    const { model, askedAt } = modelOf(from);
    const { ask } = openGateway({ model, settings: { cacheTtl: 60 } });

    const answers = [await ask(), await ask()];

    expect(answers.map(({ status, headers }) => [status, headers["cf-aig-cache-status"]])).toEqual([
      [to, "MISS"],
      [to, "MISS"],
    ]);
    expect(askedAt).toHaveLength(2);
  },
);

test("an answer is kept only where a time to keep it is set", async () => {
  const { model, askedAt } = modelOf(200);
  const { ask } = openGateway({ model, settings: { cacheTtl: 0 } });

  await ask();
  await ask();
  await ask({ options: { cacheTtlSeconds: 60 } });
  await ask();

  expect(askedAt).toHaveLength(4);
});

test("a request that skips the cache leaves nothing in it", async () => {
  const { model, askedAt } = modelOf(200);
  const { ask } = openGateway({ model, settings: { cacheTtl: 60 } });

  await ask({ options: { skipCache: true } });
  await ask();
  await ask();

  expect(askedAt).toHaveLength(2);
});

test.each([
  ["no gateway", "other", "Please configure AI Gateway in the Cloudflare dashboard"],
  ["a limit", "app", "Rate limited"],
  ["a model that fails", "app", "Failed to get response from provider"],
])("%s is refused in the platform's words", async (what, gatewayId, message) => {
  const limit = { rateLimitingLimit: 1, rateLimitingInterval: 10 };
  const settings = what === "a limit" ? limit : {};
  const { ask } = openGateway({ model: modelOf(500).model, settings });
  if (what === "a limit") await ask();

  expect((await ask({ gatewayId })).body).toContain(message);
});

test("a model that is asked without a gateway answers, or has no capacity", async () => {
  const good = openGateway({ model: modelOf(200).model });
  const bad = openGateway({ model: modelOf(undefined).model });
  const request = { model: "@cf/meta/x", inputs: {} };

  expect(await good.gateway.runAlone(request)).toEqual({
    status: 200,
    body: '{"response":"answer 1"}',
    headers: { "content-type": "application/json", "cf-ai-req-id": expect.any(String) },
  });
  const { status, body } = await bad.gateway.runAlone(request);
  expect([status, JSON.parse(body)]).toEqual([
    429,
    {
      success: false,
      result: {},
      errors: [{ code: 3040, message: "Capacity temporarily exceeded, please try again." }],
      messages: [],
    },
  ]);
  expect(good.store.count()).toBe(0);
});

test("whoever listens hears of each call that has ended, with both bodies and what it cost", async () => {
  const limit = { rateLimitingLimit: 2, rateLimitingInterval: 10 };
  const settings = { ...limit, collectLogs: false };
  const { ask, gateway } = openGateway({ model: modelOf(200).model, settings });
  const heard: unknown[] = [];
  gateway.onFinished(({ log: { status, cost }, bodies, isRateLimited }) =>
    heard.push([status, cost, isRateLimited, bodies()]),
  );
  const options = { customCost: { total_cost: 1 } };

  await ask({ inputs: { a: 1 } });
  await ask({ inputs: { a: 1 }, options });
  await ask({ inputs: { a: 1 }, options });

  const request = '{"a":1}';
  expect(heard).toEqual([
    [200, undefined, false, { request, response: '{"response":"answer 1"}' }],
    [200, 1, false, { request, response: '{"response":"answer 2"}' }],
    [429, undefined, true, { request, response: expect.stringContaining("2003") }],
  ]);
});

test("whoever listens hears of each log that is kept, and of no other", async () => {
  const { ask, gateway } = openGateway({ model: modelOf(200).model });
  const heard: unknown[] = [];
  gateway.onKept(({ model }, bodies) => void heard.push([model, bodies]));

  await ask({ inputs: { a: 1 } });
  await ask({ inputs: { a: 1 }, options: { collectLog: false } });
  await ask({ inputs: { a: 1 }, options: { collectLogPayload: false } });
  await ask({ inputs: undefined });

  const response = expect.stringContaining("answer");
  expect(heard).toEqual([
    ["@cf/meta/x", { request: '{"a":1}', response }],
    ["@cf/meta/x", undefined],
    ["@cf/meta/x", { request: "null", response }],
  ]);
});
