import { request } from "node:http";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

import { openDoor } from "../../local/door.ts";
import { openGateway, type GatewayScene, type RunningGateway } from "../support/gateway.ts";
import { visit } from "../support/visit.ts";

const BODY = JSON.stringify({ messages: [{ role: "user", content: "Hi" }] });
const RUN = "https://workers-binding.ai/ai-gateway/run?version=3";
const PATH = "/v1/any-account/app/workers-ai/@cf/meta/x";

test("a call beside the Worker is answered and logged as its own headers and the gateway say", async () => {
  const { send, store } = await open();

  const answer = await send("POST", PATH, {
    "cf-aig-authorization": "Bearer local-key",
    "cf-aig-collect-log-payload": "false",
    "cf-aig-metadata": '{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}',
    "cf-aig-event-id": "e1",
    "cf-aig-otel-trace-id": "ab".repeat(16),
  });

  expect(answer.status).toBe(200);
  expect(store.list(10)).toMatchObject([
    {
      eventId: "e1",
      traceId: "ab".repeat(16),
      hasBodies: false,
      metadata: { a: 1, b: 2, c: 3, d: 4, e: 5 },
    },
  ]);
});

test.each([
  ["no token", {}],
  ["another token", { "cf-aig-authorization": "Bearer other" }],
  ["the token in the provider's header", { authorization: "Bearer local-key" }],
])("an authenticated gateway refuses %s with 2009", async (_, headers) => {
  const { send, store } = await open();

  const answer = await send("POST", PATH, headers);

  expect(answer.status).toBe(401);
  expect(JSON.parse(answer.body)).toMatchObject({ internalCode: 2009 });
  expect(store.count()).toBe(0);
});

test("under metadata a call beside the Worker leaves no log", async () => {
  const { send, store } = await open({ settings: { collectLogs: false } });

  const answer = await send("POST", PATH, { "cf-aig-authorization": "Bearer local-key" });

  expect(answer.status).toBe(200);
  expect(store.count()).toBe(0);
});

test.each([
  ["GET", "/nothing", 404, "no such page"],
  ["GET", "/logs/unknown", 404, "No log has the id <code>unknown</code>"],
  ["POST", "/v1/any/app/openai/audio/speech", 501, "does not imitate"],
  ["GET", "/v1/any/app/openai/models", 501, "does not imitate GET /v1/any/app/openai/models"],
  ["POST", "/nothing", 501, "does not imitate POST /nothing"],
  ["DELETE", "/", 404, "no such page"],
])("%s %s is refused with a word", async (method, path, status, message) => {
  const { send, page } = await open();

  const answer = await send(method, path, await visit(page));

  expect(answer.status).toBe(status);
  expect(answer.body).toContain(message);
});

test.each([
  ["of a part of its API", "https://workers-binding.ai/ai-api/models/search", {}],
  ["to no URL", "junk", { inputs: {}, options: { gateway: { id: "app" } } }],
  ["with junk for options", RUN, { inputs: {}, options: { gateway: { id: "app", metadata: 1 } } }],
  ["with an empty gateway id", RUN, { inputs: {}, options: { gateway: { id: "" } } }],
  ["without a body", RUN, undefined],
])("a call of the binding %s is not imitated, and says so", async (_, url, body) => {
  const { send, store, binding } = await open();
  const headers = { "mf-url": url, "mf-header-cf-consn-model-id": "@cf/meta/x" };

  const answer = await send("POST", binding, headers, JSON.stringify(body));

  expect(answer.status).toBe(501);
  expect(JSON.parse(answer.body).errors[0].message).toContain("only run() through a gateway");
  expect(store.count()).toBe(0);
});

test("a call of the binding is answered as its options say", async () => {
  const { send, store, binding } = await open();
  const headers = { "mf-url": RUN, "mf-header-cf-consn-model-id": "@cf/meta/x" };
  const options = { gateway: { id: "app", eventId: "e1", collectLog: true, unknown: 1 } };

  const answer = await send("POST", binding, headers, JSON.stringify({ inputs: {}, options }));

  expect(answer.status).toBe(400);
  expect(store.list(1)).toMatchObject([{ eventId: "e1", model: "@cf/meta/x", status: 400 }]);
});

test.each([
  ["without its path", () => "/"],
  ["with another path", () => `/binding/${"A".repeat(43)}`],
  ["with a part of its path", (path: string) => path.slice(0, -1)],
  ["with more than its path", (path: string) => `${path}/`],
])("a call of the binding %s is refused, whether it runs a model or reads a log", async (_, to) => {
  const { send, store, binding, ask } = await open();
  const id = (await ask()).headers["cf-aig-log-id"];
  const log = `https://workers-binding.ai/ai-gateway/gateways/app/logs/${id}`;
  const headers = { "mf-header-cf-consn-model-id": "@cf/meta/x" };
  const call = JSON.stringify({ inputs: {}, options: { gateway: { id: "app" } } });

  const run = await send("POST", to(binding), { ...headers, "mf-url": RUN }, call);
  const read = await send("GET", to(binding), { "mf-url": log });

  for (const { status, body } of [run, read]) {
    expect([status, body]).toEqual([403, "only for the Workers of this run\n"]);
  }
  expect(store.count()).toBe(1);
  expect((await send("GET", binding, { "mf-url": log })).status).toBe(200);
});

test("the binding's path differs from run to run", async () => {
  expect((await open()).binding).not.toBe((await open()).binding);
});

test("a name other than this machine's opens nothing", async () => {
  const { send, page } = await open();
  const headers = await visit(page);

  expect((await send("GET", "/", { ...headers, host: "evil.test" })).status).toBe(403);
  expect((await send("GET", "/", { ...headers, host: "localhost:1" })).status).toBe(200);
});

interface OpenDoor extends RunningGateway {
  /** The path of the AI binding. */
  readonly binding: string;
  readonly page: URL;
  readonly send: (
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: string,
  ) => Promise<{ readonly status: number | undefined; readonly body: string }>;
}

async function open(scene?: GatewayScene): Promise<OpenDoor> {
  const running = openGateway(scene);
  const place = { key: "local-key", host: "127.0.0.1", port: 0 };
  const { url, page, binding } = await openDoor({ ...running, ...place });
  const send: OpenDoor["send"] = (method, path, headers = {}, body = BODY) =>
    new Promise((resolve, reject) => {
      // Not fetch: it sets the Host header itself.
      const sent = request(new URL(path, url), { method, headers }, (response) => {
        text(response).then(
          (received) => resolve({ status: response.statusCode, body: received }),
          reject,
        );
      });
      sent.once("error", reject);
      sent.end(method === "POST" ? body : undefined);
    });
  return { ...running, binding: binding.pathname, page, send };
}
