/** Lists requests to each of the Worker's endpoints, for tests that every way in must pass. */
import { routeOf, type Endpoint } from "../../worker/chat/endpoints/endpoint.ts";
import { ENDPOINTS } from "../../worker/chat/endpoints/endpoints.ts";
import { answer, stream } from "./wire.ts";
import type { Reply, WireCall } from "./workerd.ts";

const PROMPT = "In one sentence: what does an AI gateway do?";
const MESSAGES = [{ role: "user", content: "Hi" }];
const MESSAGE = { messages: MESSAGES, max_tokens: 9 };
const LOG_ID = "01a2051e-6c37-7b96-816a-d925c0c54c43";

interface Sample {
  /** The path, where the endpoint's own has a parameter. */
  readonly path?: string;
  readonly body?: object;
  /** The inputs that reach a model of Workers AI, and its reply. */
  readonly call?: { readonly inputs: object; readonly reply: () => Reply };
}

/** The samples, at least one for each endpoint: a new endpoint without one does not compile. */
const SAMPLES: Readonly<Record<keyof typeof ENDPOINTS, readonly [Sample, ...Sample[]]>> = {
  health: [{}],
  sample: [{ call: { inputs: { messages: [{ role: "user", content: PROMPT }] }, reply: hello } }],
  models: [{}],
  model: [{ path: "/v1/models/@cf/old/model" }],
  chatCompletions: [
    { body: { messages: MESSAGES }, call: { inputs: { messages: MESSAGES }, reply: hello } },
    {
      body: { messages: MESSAGES, stream: true },
      call: {
        inputs: { messages: MESSAGES, stream: true },
        reply: () => stream("older", { text: "hello" }),
      },
    },
  ],
  responses: [
    { body: { input: "Hi" }, call: { inputs: { messages: MESSAGES }, reply: hello } },
    {
      body: { input: "Hi", stream: true },
      call: {
        inputs: { messages: MESSAGES, stream: true },
        reply: () => stream("older", { text: "hello" }),
      },
    },
  ],
  messages: [
    { body: MESSAGE, call: { inputs: MESSAGE, reply: hello } },
    {
      body: { ...MESSAGE, stream: true },
      call: {
        inputs: { ...MESSAGE, stream: true },
        reply: () => stream("older", { text: "hello" }),
      },
    },
  ],
  completions: [
    { body: { prompt: "Hi" }, call: { inputs: { messages: MESSAGES }, reply: hello } },
    {
      body: { prompt: ["Hi"], stream: true },
      call: {
        inputs: { messages: MESSAGES, stream: true },
        reply: () => stream("older", { text: "hello" }),
      },
    },
  ],
  embeddings: [
    {
      body: { input: "Hi" },
      call: { inputs: { text: ["Hi"] }, reply: () => ({ body: { data: [[1]] } }) },
    },
  ],
  feedback: [{ body: { log_id: LOG_ID, score: 1 } }],
};

/** A way is one request that the Worker answers with success, where Cloudflare replies as `REPLIES` do. */
export interface Way extends Pick<Endpoint, "method" | "isGated" | "operation"> {
  readonly name: string;
  readonly path: string;
  readonly route: string;
  readonly isStreamed: boolean;
  readonly inputs: object;
  readonly reply: () => Reply;
  /** Makes the body for a model; null for a GET. */
  readonly body: (model?: string) => string | null;
}

/** All ways in. */
export const WAYS: readonly Way[] = Object.entries(ENDPOINTS).flatMap(([id, endpoint]) =>
  samplesOf(id).map((sample) => toWay(endpoint, sample)),
);

/** The ways that call a model. */
export const MODEL_WAYS = WAYS.filter(({ operation }) => operation !== undefined);

/** The ways that are open to known callers only. */
export const GATED = WAYS.filter(({ isGated }) => isGated);

/** Cloudflare's replies to the samples. */
export const REPLIES = {
  reply: (call: WireCall): Reply => {
    const { route } = Object(Object(call.body.options).gateway).metadata;
    const isStreamed = Object(call.body.inputs).stream === true;
    const way = MODEL_WAYS.find((each) => each.route === route && each.isStreamed === isStreamed);
    if (way === undefined) throw new Error(`no sample asks a model by ${route}`);
    return way.reply();
  },
  log: (): Reply => ({
    body: { success: true, result: { id: LOG_ID, metadata: { caller: "web" } } },
  }),
};

function samplesOf(id: string): readonly Sample[] {
  return new Map<string, readonly Sample[]>(Object.entries(SAMPLES)).get(id) ?? [];
}

function toWay(endpoint: Endpoint, { path = endpoint.path, body, call }: Sample): Way {
  const { method, isGated, operation } = endpoint;
  const route = routeOf(endpoint);
  const { inputs = {}, reply = hello } = call ?? {};
  const isStreamed = "stream" in inputs;
  const name = `${method} ${route}${isStreamed ? ", streamed" : ""}`;
  const toBody = (model = "@cf/old/model") =>
    body === undefined ? null : JSON.stringify({ model, ...body });
  return { method, isGated, operation, name, path, route, isStreamed, inputs, reply, body: toBody };
}

function hello(): Reply {
  return answer("older", { text: "hello" });
}
