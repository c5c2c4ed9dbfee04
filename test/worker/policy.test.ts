import fc from "fast-check";
import { expect, test } from "vitest";

import { attack, surround, withoutIds } from "../support/attack.ts";
import { MODEL_WAYS, REPLIES } from "../support/endpoint-requests.ts";
import { runs } from "../support/runs.ts";
import { ROUTES } from "../support/talk.ts";
import * as wire from "../support/wire.ts";
import { SPEAKERS, type Shape } from "../support/wire.ts";
import {
  chatBody,
  errorOf,
  modelsBinding,
  startWorker,
  TOKEN,
  type Reply,
  type WireCall,
} from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const ALL_FORMS = { MODELS: modelsBinding(...Object.values(SPEAKERS)) };

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

test.each(MODEL_WAYS)(
  "no header and no field of a request to $name changes what leaves the runtime",
  async ({ method, path, route, body }) => {
    // An endpoint that answers conversations reaches models of every form.
    const isConversation = Object.values<string>(ROUTES).includes(route);
    const models = isConversation ? Object.values(SPEAKERS) : [SPEAKERS.older];
    const worker = await startWorker({ ...REPLIES, reply: replyInForm, bindings: ALL_FORMS });
    const expected = new Map<string, unknown>();
    for (const model of models) {
      await (await worker.ask(path, { method, body: body(model) })).arrayBuffer();
      expected.set(model, withoutIds(worker.calls.at(-1)));
    }

    await fc.assert(
      fc.asyncProperty(
        attack,
        fc.constantFrom(...models),
        async ({ headers, ...around }, model) => {
          const sent = new Headers({ authorization: `Bearer ${TOKEN}` });
          // The same name twice is one header with two values.
          for (const [name, value] of headers) sent.append(name, value);
          const callsBefore = worker.calls.length;
          const attacked = surround(body(model), around);
          const response = await worker.ask(path, { method, headers: sent, body: attacked });
          await response.arrayBuffer();

          // What would have a provider keep something is refused, before any call.
          const isRefused = response.status === 400;
          expect(isRefused || response.status === 200).toBe(true);
          expect(worker.calls).toHaveLength(callsBefore + (isRefused ? 0 : 1));
          const [call] = worker.calls.slice(callsBefore);
          expect(isRefused ? expected.get(model) : withoutIds(call)).toEqual(expected.get(model));
        },
      ),
      runs(25, 500),
    );
  },
);

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

/** Answers in the form of the model that is asked. */
function replyInForm(call: WireCall): Reply {
  const model = call.headers["mf-header-cf-consn-model-id"];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
  const shapes = Object.keys(SPEAKERS) as Shape[];
  const shape = shapes.find((each) => SPEAKERS[each] === model);
  if (shape === undefined || shape === "older") return REPLIES.reply(call);
  const isStreamed = Object(call.body.inputs).stream === true;
  const content = { text: "hello" };
  return isStreamed ? wire.stream(shape, content) : wire.answer(shape, content);
}
