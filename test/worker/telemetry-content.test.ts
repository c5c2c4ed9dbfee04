/**
 * What callers, models and the gateway write is in nothing that is measured: a canary stands in
 * every place where somebody else's text comes in, at every endpoint, however the request ends.
 */
import { expect, test } from "vitest";

import { BLOBS, DOUBLES } from "../../worker/chat/env.ts";
import { startTraced, type TracedWorker } from "../support/collector.ts";
import { MODEL_WAYS } from "../support/endpoint-requests.ts";
import { ROUTES } from "../support/talk.ts";
import { event, inTurn, SPEAKERS, type Shape } from "../support/wire.ts";
import { modelsBinding, TOKEN, type Reply, type WireCall } from "../support/workerd.ts";

// Not one that fits into an id or the name of a model, and not one with a space alone.
const CANARY = "canary 7f3a,canary_7f3a";

/** Every field in which a request of some protocol may hold a text, and some that none has. */
const FIELDS = {
  system: CANARY,
  instructions: CANARY,
  user: CANARY,
  safety_identifier: CANARY,
  prompt_cache_key: CANARY,
  metadata: { user_id: CANARY, [CANARY]: CANARY },
  stop: [CANARY],
  stop_sequences: [CANARY],
  suffix: CANARY,
  unknown_field: CANARY,
  [CANARY]: CANARY,
};
const TEXT = { role: "user", content: CANARY };
const TOOL = { name: "canary_7f3a", description: CANARY, parameters: schemaOf() };

/** The content of a request to each route. */
const CONTENT: Readonly<Record<string, object>> = {
  "/v1/chat/completions": {
    messages: [{ role: "system", content: CANARY }, TEXT],
    tools: [{ type: "function", function: TOOL }],
  },
  "/v1/responses": { input: [TEXT], tools: [{ type: "function", ...TOOL }] },
  "/v1/messages": {
    messages: [TEXT],
    max_tokens: 9,
    tools: [{ name: TOOL.name, description: CANARY, input_schema: schemaOf() }],
  },
  "/v1/completions": { prompt: CANARY },
  "/v1/embeddings": { input: [CANARY] },
};

function schemaOf() {
  return { type: "object", properties: { canary_7f3a: { type: "string", description: CANARY } } };
}

const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, canary: CANARY };
const MESSAGE = {
  role: "assistant",
  content: CANARY,
  reasoning_content: CANARY,
  tool_calls: [
    { id: CANARY, type: "function", function: { name: CANARY, arguments: `{"a":"${CANARY}"}` } },
  ],
};
/** A whole answer that any format finds something of its own in, with a canary in each text. */
const ANSWER = {
  id: CANARY,
  model: CANARY,
  response: CANARY,
  object: CANARY,
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "text", text: CANARY }],
  stop_reason: "end_turn",
  choices: [{ index: 0, message: MESSAGE, finish_reason: "stop" }],
  output: [
    {
      type: "message",
      id: CANARY,
      role: "assistant",
      content: [{ type: "output_text", text: CANARY }],
    },
  ],
  data: [[1]],
  usage: { ...USAGE, input_tokens: 3, output_tokens: 2 },
};
const ERROR = {
  success: false,
  error: { message: CANARY, type: CANARY, code: CANARY, param: CANARY, metadata: { raw: CANARY } },
  errors: [{ code: CANARY, message: CANARY }],
};
const HEADERS = { "cf-aig-log-id": CANARY, "cf-aig-model": CANARY, "x-canary": CANARY };

/** How a request may end, as the model's reply makes it. */
const ENDS: Readonly<Record<string, (call: WireCall, calls: number) => Reply>> = {
  answered: () => ({ headers: HEADERS, body: ANSWER }),
  streamed: () => ({ headers: HEADERS, pieces: inTurn([...chunks(), event("[DONE]")]) }),
  "by a fallback": (_, calls) =>
    calls === 1
      ? { status: 500, headers: HEADERS, body: ERROR }
      : { headers: HEADERS, body: ANSWER },
  refused: () => ({ status: 400, headers: HEADERS, body: { ...ERROR, internalCode: 2016 } }),
  "at fault": () => ({ status: 400, headers: HEADERS, body: ERROR }),
  failed: () => ({ status: 502, headers: HEADERS, body: ERROR }),
  "without sense": () => ({ headers: HEADERS, body: CANARY }),
  cut: () => ({ headers: HEADERS, pieces: inTurn(chunks()) }),
  "broken by an error": () => ({ pieces: inTurn([...chunks(), event(ERROR)]) }),
  "out of reach": () => ({ isReset: true }),
};

function chunks(): readonly string[] {
  return [
    event({ id: CANARY, model: CANARY, choices: [{ index: 0, delta: { content: CANARY } }] }),
    event({ choices: [{ index: 0, delta: {}, finish_reason: CANARY }], usage: USAGE }),
  ];
}

const SHAPES: readonly Shape[] = ["newer", "chat", "responses", "messages"];
const BINDINGS = {
  METRICS_COLUMNS: JSON.stringify({ blobs: BLOBS, doubles: DOUBLES }),
  MODELS: modelsBinding(...Object.values(SPEAKERS)),
  FALLBACKS: JSON.stringify([SPEAKERS.older]),
  MAX_BODY_BYTES: "20000",
};

test.each(Object.keys(ENDS))("a request that is %s leaves no text of it anywhere", async (end) => {
  let calls = 0;
  const worker = await startTraced({
    bindings: BINDINGS,
    reply: (call) => ENDS[end]?.(call, ++calls) ?? {},
  });
  let requests = 0;
  for (const { path, method, route, isStreamed } of MODEL_WAYS) {
    const isConversation = Object.values<string>(ROUTES).includes(route);
    for (const shape of isConversation ? SHAPES : (["older"] as const)) {
      calls = 0;
      const body = { model: SPEAKERS[shape], stream: isStreamed, ...CONTENT[route] };
      for (const fields of [body, { ...FIELDS, ...body }]) {
        const init = {
          method,
          headers: headersOf(),
          ...(method === "POST" && { body: JSON.stringify(fields) }),
        };
        await (await worker.ask(`${path}?canary=${CANARY}`, init)).text().catch(() => {});
        requests++;
      }
    }
  }

  const spans = await worker.spansOf(requests);
  expect(spans).toHaveLength(requests);
  expect(worker.points).toHaveLength(requests);
  expect(measured(worker)).not.toMatch(/canary/i);
});

test("nor does a request for a model, a path or a body that there is none of", async () => {
  const worker = await startTraced({ bindings: BINDINGS });
  const asked = [
    ["/v1/chat/completions", JSON.stringify({ model: CANARY, messages: [TEXT] })],
    ["/v1/chat/completions", CANARY],
    ["/v1/embeddings", JSON.stringify({ model: CANARY, input: CANARY })],
    ["/v1/chat/completions", CANARY.repeat(2000)],
  ] as const;

  for (const [path, body] of asked) {
    await (await worker.ask(path, { method: "POST", headers: headersOf(), body })).text();
  }
  await worker.ask(`/${encodeURIComponent(CANARY)}`, { headers: headersOf() });

  expect(await worker.spansOf(asked.length + 1)).toHaveLength(asked.length);
  expect(worker.points).toHaveLength(asked.length + 1);
  expect(measured(worker)).not.toMatch(/canary/i);
});

/** Everything that a Worker measured, as one text. */
function measured({ exports, points }: TracedWorker): string {
  return JSON.stringify([exports.map(({ body }) => body), points]);
}

/** A caller's headers, each with a canary where it may hold a text. */
function headersOf(): Record<string, string> {
  return {
    authorization: `Bearer ${TOKEN}`,
    traceparent: CANARY,
    tracestate: `canary=${CANARY}`,
    baggage: `canary=${CANARY}`,
    "user-agent": CANARY,
    referer: `https://${encodeURIComponent(CANARY)}.test/`,
    "x-request-id": CANARY,
    "x-canary": CANARY,
    "openai-organization": CANARY,
  };
}
