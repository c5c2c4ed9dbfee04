import fc from "fast-check";
import { expect, test } from "vitest";

import { MODEL_WAYS, REPLIES } from "../support/endpoint-requests.ts";
import { runs } from "../support/runs.ts";
import { chatBody, errorOf, startWorker, TOKEN, type WireCall } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";

test.each([
  ["full", true, "true"],
  ["metadata", true, "false"],
  ["none", false, "false"],
])("under %s every call says its log policy and its gateway", async (collect, log, payload) => {
  for (const way of MODEL_WAYS) {
    const worker = await startWorker({ ...REPLIES, bindings: { COLLECT_LOGS: collect } });

    const response = await worker.ask(way.path, { method: way.method, body: way.body() });
    await response.arrayBuffer();

    const [call] = worker.calls;
    expect(call?.url).toBe("https://workers-binding.ai/ai-gateway/run?version=3");
    expect(call?.headers["mf-header-cf-aig-collect-log-payload"]).toBe(payload);
    expect(call?.headers["mf-header-cf-consn-model-id"]).toBe("@cf/old/model");
    expect(call?.body).toEqual({
      inputs: way.inputs,
      options: {
        gateway: {
          id: "app-test",
          collectLog: log,
          eventId: response.headers.get("x-event-id"),
          metadata: { stack: "test", caller: "web", release: "abc123", route: way.route },
        },
        returnRawResponse: true,
      },
    });
  }
});

const POLICY_HEADERS = [
  "collect-log",
  "collect-log-payload",
  "gateway-id",
  "metadata",
  "skip-cache",
  "cache-ttl",
  "cache-key",
  "event-id",
  "authorization",
  "custom-cost",
  "request-timeout",
  "max-attempts",
  "zdr",
  "byok-alias",
  "no-wholesale",
  "otel-trace-id",
  "run-id",
  "session-id",
  "turn-id",
  "allowed-models",
  "allowed-providers",
  "no-session-affinity",
];
/** `cf-aig-collect-log` in every case, and what else the runtime or the platform listens to. */
const headerName = fc.oneof(
  fc.constantFrom(...POLICY_HEADERS).chain((name) => fc.mixedCase(fc.constant(`cf-aig-${name}`))),
  fc.constantFrom("cf-consn-model-id", "cf-skip-cache", "mf-url", "mf-header-cf-aig-collect-log"),
  fc.mixedCase(fc.constant("payment-method")),
);
const headerValue = fc.constantFrom(
  "true",
  "false",
  "TRUE",
  "1",
  "default",
  "x",
  "x402",
  "cloudflare/auto",
  '{"caller":"evil"}',
);
const gatewayOptions = {
  id: "default",
  collectLog: true,
  cacheTtl: 60,
  skipCache: true,
  metadata: { caller: "evil" },
  eventId: "evil",
};
const fieldName = fc.oneof(
  fc.constantFrom(
    "gateway",
    "options",
    "extraHeaders",
    "extra_headers",
    "prefix",
    "sessionOptions",
  ),
  fc.constantFrom("user", "id", "metadata", "store", "tags", "returnRawResponse", "websocket"),
  fc.constantFrom("constructor", "toString", "hasOwnProperty", "g\u0430teway", "gateway\u0000"),
  fc.string({ unit: "binary", maxLength: 8 }).map((text) => `x${text}`),
);
const fieldValue = fc.oneof(
  fc.constantFrom(gatewayOptions, { gateway: gatewayOptions }, true, "run", null),
  fc.constant({ "cf-aig-collect-log-payload": "true" }),
  fc.jsonValue({ maxDepth: 2 }),
);

test.each(MODEL_WAYS)(
  "no header and no field of a request to $name changes what leaves the runtime",
  async ({ method, path, body }) => {
    const usual = body();
    const worker = await startWorker(REPLIES);
    await (await worker.ask(path, { method, body: usual })).arrayBuffer();
    const expected = withoutIds(worker.calls[0]);
    const attack = fc.record({
      headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
      before: fc.dictionary(fieldName, fieldValue, { maxKeys: 4 }),
      after: fc.dictionary(fieldName, fieldValue, { maxKeys: 4 }),
    });

    await fc.assert(
      fc.asyncProperty(attack, async ({ headers, before, after }) => {
        const sent = new Headers({ authorization: `Bearer ${TOKEN}` });
        // The same name twice is one header with two values.
        for (const [name, value] of headers) sent.append(name, value);
        // The same key twice, around the real ones: which counts is the parser's choice.
        const attacked = usual && `{${fields(before)}${usual.slice(1, -1)}${fields(after, ",")}}`;
        const callsBefore = worker.calls.length;
        const response = await worker.ask(path, { method, headers: sent, body: attacked });
        await response.arrayBuffer();

        // What would have a provider keep something is refused, before any call.
        const isRefused = response.status === 400;
        expect(isRefused || response.status === 200).toBe(true);
        expect(worker.calls).toHaveLength(callsBefore + (isRefused ? 0 : 1));
        expect(withoutIds(worker.calls.at(-1))).toEqual(expected);
      }),
      runs(25, 500),
    );
  },
);

/** `"a":1,"b":2,`; with the comma in front for those that come last. */
function fields(record: Readonly<Record<string, unknown>>, comma = ""): string {
  const pairs = Object.entries(record).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return pairs.map((pair) => (comma === "" ? `${pair},` : `,${pair}`)).join("");
}

test.each([
  "../../@cf/old/model",
  "@cf/old/model/../../new/model",
  "@CF/old/model",
  "@cf/old/model ",
  "@cf/old/model\u0000",
  "dynamic/route",
  "openai/gpt-5",
])("a model name that walks (%j) is none of the stack's", async (model) => {
  const worker = await startWorker();

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody({ model }) });

  expect(await errorOf(response)).toMatchObject({ code: "model_not_found" });
  expect(worker.calls).toEqual([]);
});

test("a prototype key in the body reaches no option", async () => {
  const worker = await startWorker();
  const body = chatBody().replace("{", '{"__proto__": {"gateway": {"id": "default"}}, ');

  await worker.ask(CHAT, { method: "POST", body });

  expect(worker.calls[0]?.body).toMatchObject({
    inputs: { messages: [{ role: "user", content: "Hi" }] },
    options: { gateway: { id: "app-test" } },
  });
});

test("calls at the same time keep their own log ids", async () => {
  const reply = ({ body }: WireCall) => {
    const { messages } = Object(body.inputs);
    return { headers: { "cf-aig-log-id": messages[0].content }, body: { response: "hello" } };
  };
  const worker = await startWorker({ reply });
  const names = Array.from({ length: 20 }, (_, index) => `log-${index}`);

  const answers = await Promise.all(
    names.map((content) =>
      worker.ask(CHAT, {
        method: "POST",
        body: chatBody({ messages: [{ role: "user", content }] }),
      }),
    ),
  );

  expect(answers.map((answer) => answer.headers.get("x-log-id"))).toEqual(names);
});

test.each([undefined, "", " "])(
  "with %j for a gateway id nothing is asked, and one clear 500 names it",
  async (id) => {
    const worker = await startWorker({ bindings: { GATEWAY_ID: id } });

    const response = await worker.ask("/");

    expect(response.status).toBe(500);
    expect(await errorOf(response)).toMatchObject({
      message:
        "Worker has missing or unusable bindings: GATEWAY_ID; infra/chat-worker.ts declares them, deploy the stack again",
      type: "server_error",
      param: null,
      code: "misconfigured",
    });
    expect(worker.calls).toEqual([]);
  },
);

test("all missing bindings are named together, and health says so too", async () => {
  const worker = await startWorker({ withoutAi: true, bindings: { GATEWAY_ID: undefined } });

  const response = await worker.ask("/health", { headers: {} });

  expect(response.status).toBe(500);
  expect(await response.text()).toContain("bindings: AI, GATEWAY_ID;");
});

/** What must not vary; the event id is new for each call, and the length only tells of it. */
function withoutIds(call: WireCall | undefined): unknown {
  const { eventId: _, ...gateway } = Object(Object(call?.body.options).gateway);
  const names = Object.entries(call?.headers ?? {}).filter(
    ([name]) => name.startsWith("mf-") && !/content-length$|-otel-/.test(name),
  );
  return { url: call?.url, headers: Object.fromEntries(names), inputs: call?.body.inputs, gateway };
}
