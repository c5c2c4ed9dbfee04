import fc from "fast-check";
import { expect, test } from "vitest";

import { chatBody, errorOf, startWorker, TOKEN, type WireCall } from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";

test.each([
  ["full", true, "true"],
  ["metadata", true, "false"],
  ["none", false, "false"],
])("under %s every call says its log policy and its gateway", async (collect, log, payload) => {
  const worker = await startWorker({ bindings: { COLLECT_LOGS: collect } });

  const response = await worker.ask(CHAT, { method: "POST", body: chatBody() });

  const [call] = worker.calls;
  expect(call?.url).toBe("https://workers-binding.ai/ai-gateway/run?version=3");
  expect(call?.headers["mf-header-cf-aig-collect-log-payload"]).toBe(payload);
  expect(call?.headers["mf-header-cf-consn-model-id"]).toBe("@cf/old/model");
  expect(call?.body).toEqual({
    inputs: { messages: [{ role: "user", content: "Hi" }] },
    options: {
      gateway: {
        id: "app-test",
        collectLog: log,
        eventId: response.headers.get("x-event-id"),
        metadata: { stack: "test", caller: "web", release: "abc123", route: CHAT },
      },
      returnRawResponse: true,
    },
  });
});

test("no header and no field of a request changes what leaves the runtime", async () => {
  const worker = await startWorker();
  await worker.ask(CHAT, { method: "POST", body: chatBody() });
  const expected = withoutIds(worker.calls[0]);
  const headers = fc.uniqueArray(
    fc.tuple(
      fc.constantFrom(
        "cf-aig-collect-log",
        "CF-AIG-Collect-Log-Payload",
        "cf-aig-gateway-id",
        "cf-aig-metadata",
        "cf-aig-skip-cache",
        "cf-aig-cache-key",
        "cf-aig-event-id",
        "cf-aig-authorization",
        "cf-consn-model-id",
        "mf-url",
      ),
      fc.constantFrom("true", "false", "default", "x", '{"caller":"evil"}'),
    ),
    { selector: ([name]) => name.toLowerCase() },
  );
  const gateway = { id: "default", collectLog: true, metadata: { caller: "evil" } };
  const fields = fc.dictionary(
    fc.constantFrom("gateway", "options", "extraHeaders", "prefix", "sessionOptions", "user", "id"),
    fc.constantFrom(gateway, { gateway }, { "cf-aig-collect-log-payload": "true" }, "run", true),
  );

  await fc.assert(
    fc.asyncProperty(headers, fields, async (hostileHeaders, hostileFields) => {
      const response = await worker.ask(CHAT, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, ...Object.fromEntries(hostileHeaders) },
        body: chatBody(hostileFields),
      });
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      expect(withoutIds(worker.calls.at(-1))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
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
