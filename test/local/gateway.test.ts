import { expect, test } from "vitest";

import type { GatewayAnswer } from "../../local/gateway/gateway.ts";
import type { Model, ModelReply } from "../../local/gateway/model.ts";
import { readHeaderOptions, type RequestOptions } from "../../local/gateway/options.ts";
import { OPEN, openGateway } from "../support/gateway.ts";

test("an unknown gateway id is refused with 2001 and leaves no log", async () => {
  const { ask, store } = openGateway();

  const answer = await ask({ gatewayId: "other" });

  const message = "Please configure AI Gateway in the Cloudflare dashboard";
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toEqual({
    success: false,
    result: [],
    messages: [],
    error: [{ code: 2001, message }],
    name: "AiGatewayError",
    httpCode: 400,
    internalCode: 2001,
    description: message,
  });
  expect(store.count()).toBe(0);
});

test("a log holds what was asked, what it took and where it came from", async () => {
  const { ask, store } = openGateway();

  const answer = await ask({ options: { eventId: "e1", metadata: { stack: "dev" } } });

  const [log] = store.list(10);
  expect(log).toEqual({
    id: answer.headers["cf-aig-log-id"],
    createdAt: Date.UTC(2026, 10, 22),
    gateway: "app",
    provider: "workers-ai",
    model: "@cf/meta/x",
    status: 200,
    durationMs: 0,
    tokensIn: 1,
    tokensOut: 17,
    cost: expect.closeTo(0.000_010_35, 9),
    cached: false,
    eventId: "e1",
    metadata: { stack: "dev" },
    hasBodies: true,
    feedback: undefined,
  });
  expect(answer.headers["cf-aig-event-id"]).toBe("e1");
  expect(log?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

// [gateway collects, request's collectLog, request's payload] → [a log, with bodies]
test.each([
  [true, undefined, undefined, true, true],
  [true, undefined, false, true, false],
  [true, false, undefined, false, false],
  [true, false, true, false, false],
  [true, true, false, true, false],
  [false, undefined, undefined, false, false],
  [false, undefined, true, false, false],
  [false, true, undefined, true, true],
  [false, true, false, true, false],
])(
  "gateway %s, request %s, payload %s: log %s, bodies %s",
  async (collectLogs, collectLog, collectLogPayload, isLogged, hasBodies) => {
    const { ask, store } = openGateway({ settings: { collectLogs } });

    const answer = await ask({ options: { collectLog, collectLogPayload } });

    const logs = store.list(10);
    expect(logs.map((log) => log.hasBodies)).toEqual(isLogged ? [hasBodies] : []);
    expect("cf-aig-log-id" in answer.headers).toBe(isLogged);
  },
);

test("a full gateway that deletes the oldest keeps the newest, one for one", async () => {
  const { ask, store } = openGateway({ settings: { logManagement: 3 } });

  const ids = [];
  for (let n = 0; n < 5; n++) ids.push((await ask()).headers["cf-aig-log-id"]);

  expect(store.list(10).map(({ id }) => id)).toEqual(ids.slice(2).toReversed());
  expect(store.count()).toBe(3);
});

test("a full gateway that stops serves on and keeps nothing more", async () => {
  const settings = { logManagement: 3, logManagementStrategy: "STOP_INSERTING" } as const;
  const { ask, gateway, store } = openGateway({ settings });
  const kept: string[] = [];
  gateway.onKept(({ id }) => void kept.push(id));

  const answers: GatewayAnswer[] = [];
  for (let n = 0; n < 5; n++) answers.push(await ask());

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(answers.map(({ headers }) => "cf-aig-log-id" in headers)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([store.count(), kept.length]).toEqual([3, 3]);
});

test("an identical request is answered from the cache, logged as cached and free, until the time is up", async () => {
  const { ask, store, clock } = openGateway({ settings: { cacheTtl: 60 } });

  const first = await ask();
  const second = await ask();
  clock.now += 60_000;
  const third = await ask();

  expect([first, second, third].map(cacheStatus)).toEqual(["MISS", "HIT", "MISS"]);
  expect(second.body).toBe(first.body);
  expect(store.list(10)[1]).toMatchObject({ cached: true, cost: 0, status: 200 });
});

test("another request, another model and a skipped cache are not answered from it", async () => {
  const { ask } = openGateway({ settings: { cacheTtl: 60 } });
  await ask();

  const answers = [
    await ask({ inputs: { messages: [{ role: "user", content: "Other" }] } }),
    await ask({ model: "@cf/meta/y" }),
    await ask({ options: { skipCache: true } }),
  ];

  expect(answers.map(cacheStatus)).toEqual(["MISS", "MISS", "MISS"]);
});

test("a change of settings forgets the answers cached before it", async () => {
  const { ask, gateway } = openGateway({ settings: { cacheTtl: 60 } });
  await ask();

  gateway.configure(new Map([["app", { ...OPEN, cacheTtl: 70 }]]));

  expect(cacheStatus(await ask())).toBe("MISS");
  expect(gateway.settings("app")).toMatchObject({ cacheTtl: 70 });
});

// https://developers.cloudflare.com/ai-gateway/features/caching/
test.each<[string, number, RequestOptions, number]>([
  ["a cache key with caching off", 0, { cacheKey: "k" }, 300],
  ["a cache key with caching on", 60, { cacheKey: "k" }, 60],
  ["a time of its own", 0, { cacheTtlSeconds: 90 }, 90],
])("with %s an answer is kept so long: %i s, %j, %i s", async (_, cacheTtl, options, seconds) => {
  const { ask, clock } = openGateway({ settings: { cacheTtl } });
  // A key of its own is in place of what is asked.
  const other = options.cacheKey === undefined ? {} : { model: "@cf/meta/y" };

  const answers = [await ask({ options }), await ask({ options, ...other })];
  clock.now += seconds * 1000 - 1;
  answers.push(await ask({ options }));
  clock.now += 1;
  answers.push(await ask({ options }));

  expect(answers.map(cacheStatus)).toEqual(["MISS", "HIT", "HIT", "MISS"]);
});

test("requests over the limit are refused with 2003 and logged, hits of the cache do not count", async () => {
  const limit = { rateLimitingLimit: 2, rateLimitingInterval: 10 };
  const { ask, store } = openGateway({ settings: { ...limit, cacheTtl: 60 } });
  const another = (content: string) => ask({ inputs: { messages: [{ role: "user", content }] } });

  const answers = [await ask(), await ask(), await another("b"), await another("c"), await ask()];

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 200]);
  expect(JSON.parse(answers[3]?.body ?? "")).toMatchObject({ internalCode: 2003 });
  expect(store.list(10)[1]).toMatchObject({ status: 429, tokensIn: undefined, cost: undefined });
});

test.each([
  // Fixed windows follow the clock: five seconds later a new one has begun.
  ["fixed", 4, 429],
  ["fixed", 5, 200],
  ["sliding", 5, 429],
  ["sliding", 10, 200],
] as const)("a %s window counts %i s later as %i", async (technique, seconds, status) => {
  const limit = { rateLimitingLimit: 1, rateLimitingInterval: 10 };
  const { ask, clock } = openGateway({ settings: { ...limit, rateLimitingTechnique: technique } });
  clock.now += 5000;
  await ask();

  clock.now += seconds * 1000;

  expect((await ask()).status).toBe(status);
});

test.each([
  [0, 10],
  [1, 0],
])("a limit of %i requests in %i s is none", async (limit, interval) => {
  const settings = { rateLimitingLimit: limit, rateLimitingInterval: interval };
  const { ask } = openGateway({ settings });

  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
});

test("a failing model is asked again as often as the gateway's retries say", async () => {
  const retries = { retryMaxAttempts: 2, retryDelay: 0, retryBackoff: "constant" } as const;
  const { model, calls } = failing(2);
  const { ask, store } = openGateway({ settings: retries, model });

  expect((await ask()).status).toBe(200);
  expect(calls()).toBe(3);
  expect(store.count()).toBe(1);
});

test("a model that goes on failing ends in 2005, and the request's own retries go first", async () => {
  const retries = { retryMaxAttempts: 5, retryDelay: 0, retryBackoff: "constant" } as const;
  const { model, calls } = failing(100);
  const { ask, store } = openGateway({ settings: retries, model });

  const answer = await ask({ options: { maxAttempts: 1 } });

  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ internalCode: 2005 });
  expect(calls()).toBe(2);
  expect(store.list(1)[0]).toMatchObject({ status: 400 });
});

test("without retries a failing model is asked once", async () => {
  const { model, calls } = failing(100);
  const { ask } = openGateway({ model });

  await ask();

  expect(calls()).toBe(1);
});

test("a model's own refusal is passed on and not asked again", async () => {
  const { ask } = openGateway({ settings: { retryMaxAttempts: 5 } });

  const answer = await ask({ inputs: {} });

  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ code: 5004 }] });
});

test.each([5.5, -1, 2 ** 53 + 2])(
  "a count of %d tokens is no count, and is left out",
  async (count) => {
    const usage = { prompt_tokens: count, completion_tokens: 1 };
    const body = JSON.stringify({ response: "Hi", usage });
    const { ask, store } = openGateway({ model: async () => ({ status: 200, body }) });

    expect((await ask()).body).toBe(body);
    expect(store.list(1)).toMatchObject([{ status: 200, tokensIn: undefined, cost: undefined }]);
  },
);

test.each([
  ["@cf/meta/llama-3.1-8b-instruct", ["response", "usage"]],
  ["@cf/openai/gpt-oss-120b", ["choices", "created", "id", "model", "object", "usage"]],
])("%s answers in the shape its family has", async (model, keys) => {
  const { ask } = openGateway();

  expect(Object.keys(JSON.parse((await ask({ model })).body)).toSorted()).toEqual(keys);
});

function cacheStatus({ headers }: GatewayAnswer): string | undefined {
  return headers["cf-aig-cache-status"];
}

/** A model whose first answers are failures: an error of its own, then no answer at all, in turn. */
function failing(times: number): { readonly model: Model; readonly calls: () => number } {
  let calls = 0;
  const model = async (): Promise<ModelReply> => {
    calls++;
    if (calls > times) return { status: 200, body: '{"response":"at last"}' };
    if (calls % 2 === 0) throw new Error("connection refused");
    return { status: 503, body: "busy" };
  };
  return { model, calls: () => calls };
}

test.each(["@cf/meta/x", "@cf/openai/x"])(
  "a streamed answer of %s is logged when it has ended, with its tokens and its events",
  async (model) => {
    const { ask, store } = openGateway();
    const inputs = { messages: [{ role: "user", content: "Hi" }], stream: true };

    const { headers, pieces } = await ask({ model, inputs });
    const before = store.count();
    const events = (await Array.fromAsync(pieces ?? [])).join("");

    expect([headers["content-type"], before]).toEqual(["text/event-stream", 0]);
    expect(events).toMatch(/standing.*\[DONE\]/s);
    expect(store.list(10)).toMatchObject([
      { id: headers["cf-aig-log-id"], tokensIn: 1, tokensOut: expect.any(Number), hasBodies: true },
    ]);
    expect(store.find(String(headers["cf-aig-log-id"]))?.bodies?.response).toBe(events);
  },
);

test("a stream that nobody wants to the end is logged with what was sent", async () => {
  const { ask, store } = openGateway();
  const inputs = { messages: [{ role: "user", content: "Hi" }], stream: true };

  const pieces = (await ask({ inputs })).pieces?.[Symbol.asyncIterator]();
  await pieces?.next();
  await pieces?.return?.();

  expect(store.list(10)).toMatchObject([{ status: 200, tokensIn: undefined }]);
});

test("a stream is not cached, and leaves no log where none is wanted", async () => {
  const { ask, store } = openGateway({ settings: { cacheTtl: 60, collectLogs: false } });
  const inputs = { messages: [{ role: "user", content: "Hi" }], stream: true };

  const answers = [await ask({ inputs }), await ask({ inputs })];
  for (const { pieces } of answers) await Array.fromAsync(pieces ?? []);

  expect(answers.map(({ headers }) => headers["cf-aig-cache-status"])).toEqual(["MISS", "MISS"]);
  expect(answers.map(({ headers }) => headers["cf-aig-log-id"])).toEqual([undefined, undefined]);
  expect(store.count()).toBe(0);
});

test("a third party's model is logged under its provider, and not cached", async () => {
  const { ask, store } = openGateway({ settings: { cacheTtl: 60 } });

  await ask({ model: "openai/gpt-5-mini" });
  await ask({ model: "openai/gpt-5-mini" });

  expect(store.list(10)).toMatchObject([
    { provider: "openai", cached: false },
    { provider: "openai", cached: false },
  ]);
});

test.each([
  ["openrouter/perplexity/sonar", 404, 7003],
  ["mistral/mistral-large-latest", 404, 7003],
  ["gpt-4o", 404, 7003],
  ["openai/no-such-model", 404, 7003],
  ["perplexity/sonar", 402, 2021],
])("the run of %s, which the catalogue does not have, is refused", async (model, status, code) => {
  const { ask, store } = openGateway();

  for (const way of ["binding", "rest"] as const) {
    const answer = await ask({ way, model });
    const { internalCode, description } = JSON.parse(answer.body);
    expect([answer.status, internalCode, cacheStatus(answer)]).toEqual([status, code, "MISS"]);
    expect(description).toContain(model);
  }
  const answer = await ask({ way: "provider", model });
  expect(JSON.parse(answer.body)).not.toHaveProperty("internalCode");
  expect(store.list(3).map((log) => log.status)).toEqual([answer.status, status, status]);
});

test.each(["rest", "provider"] as const)(
  "a third party's answer is cached where the way in is %s, and for each form by itself",
  async (way) => {
    const { ask } = openGateway({ settings: { cacheTtl: 60 } });
    const model = "openai/gpt-5-mini";

    const answers = [
      await ask({ way, model, format: "chat" }),
      await ask({ way, model, format: "messages" }),
      await ask({ way, model, format: "chat" }),
    ];

    expect(answers.map(cacheStatus)).toEqual(["MISS", "MISS", "HIT"]);
  },
);

test("a request has one id, as log, event and request, unless it brings an event id", async () => {
  const { ask } = openGateway();
  const ids = ({ headers }: GatewayAnswer) =>
    ["log", "event", "request"].map((name) => headers[`cf-aig-${name}-id`]);

  const [log, ...others] = ids(await ask());
  const own = ids(await ask({ options: { eventId: "e1" } }));

  expect(others).toEqual([log, log]);
  expect(own).toEqual([own[0], "e1", own[0]]);
});

test.each([
  ['{"per_token_in":1,"per_token_out":2}', 35],
  ['{"total_cost":7}', 7],
  ['{"total_cost":"7"}', 0.000_010_35],
  ["junk", 0.000_010_35],
])("a request with the custom cost %s is logged with %d", async (text, cost) => {
  const { ask, store } = openGateway();

  await ask({ options: readHeaderOptions({ "cf-aig-custom-cost": text }) });

  expect(store.list(1)[0]?.cost).toBeCloseTo(cost, 9);
});

test("equal texts have equal vectors, in the shape of the model's owner", async () => {
  const { ask } = openGateway();
  const embed = async (model: string, inputs: object) =>
    JSON.parse((await ask({ model, inputs })).body);
  const own = await embed("@cf/baai/bge-m3", { text: ["a", "b", "a"] });
  const theirs = await embed("openai/text-embedding-3-small", { input: ["a"] });

  expect(own).toMatchObject({ shape: [3, 32] });
  expect(own.data[0]).toEqual(own.data[2]);
  expect(own.data[0]).not.toEqual(own.data[1]);
  expect(theirs.data).toEqual([{ object: "embedding", index: 0, embedding: own.data[0] }]);
});
