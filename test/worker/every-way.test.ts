/**
 * Every endpoint that answers conversations, with every shape of a model's answer, whole and
 * streamed, read and unread: each is asked by its protocol's own SDK, and gets the same.
 */
import { expect, test } from "vitest";

import { waitFor } from "../support/project.ts";
import {
  OWN_SHAPES,
  ROUTES,
  TALKERS,
  type Outcome,
  type TalkingEndpoint,
} from "../support/talk.ts";
import {
  answer,
  event,
  eventsOf,
  failure,
  inTurn,
  SPEAKERS,
  stream,
  type Content,
  type Failure,
  type Shape,
} from "../support/wire.ts";
import {
  modelsBinding,
  nativeModels,
  startWorker,
  type Reply,
  type RunningWorker,
} from "../support/workerd.ts";

const FALLBACK = "@cf/new/fallback";
const FALLBACKS = JSON.stringify([FALLBACK]);
const BINDINGS = { MODELS: modelsBinding(...Object.values(SPEAKERS), FALLBACK), FALLBACKS };
const MODELS = nativeModels(...Object.values(SPEAKERS), FALLBACK);
const NATIVE = { ...BINDINGS, MODELS };

interface Way {
  readonly endpoint: TalkingEndpoint;
  readonly shape: Shape;
  /** Whether it streams; `native` where the stream passes unread. */
  readonly isStreamed: boolean | "native";
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const endpoints = Object.keys(TALKERS) as TalkingEndpoint[];
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const shapes = Object.keys(SPEAKERS) as Shape[];
const read: readonly Way[] = endpoints.flatMap((endpoint) =>
  shapes.flatMap((shape) => [false, true].map((isStreamed) => ({ endpoint, shape, isStreamed }))),
);
const native = read.filter(
  ({ endpoint, shape, isStreamed }) =>
    isStreamed &&
    Object.entries(OWN_SHAPES).some(([own, its]) => own === endpoint && its === shape),
);
const ways: readonly Way[] = [
  ...read,
  ...native.map((way) => ({ ...way, isStreamed: "native" as const })),
];
// How a stream that passes unread fails: native-streams.test.ts.
const streams = read.filter(({ isStreamed }) => isStreamed);
const withTools = ways.filter(({ endpoint }) => endpoint !== "completions");

test.each(ways)("$endpoint answers with a text of $shape (streamed: $isStreamed)", async (way) => {
  const { outcome, worker } = await talk(way, reply(way, { text: "Good day to you" }));

  expect(outcome).toEqual({
    text: "Good day to you",
    calls: [],
    reason: "stop",
    usage: { input: 3, output: 2 },
  });
  expect(worker.calls).toHaveLength(1);
});

test.each(ways)("$endpoint answers with a text of $shape cut short ($isStreamed)", async (way) => {
  const { outcome } = await talk(way, reply(way, { text: "Good day to", isCutShort: true }));

  expect(outcome).toMatchObject({ text: "Good day to", reason: "length" });
});

test.each(withTools)("$endpoint passes parallel calls of $shape ($isStreamed)", async (way) => {
  const calls = [1, 2].map((at) => ({ name: "look", arguments: { at } }));

  const { outcome } = await talk(way, reply(way, { text: "Let me look. ", calls }), true);

  expect(outcome).toMatchObject({
    text: "Let me look. ",
    calls: [
      { name: "look", input: { at: 1 } },
      { name: "look", input: { at: 2 } },
    ],
    reason: "tool_calls",
  });
});

test.each(streams)("$endpoint raises a stream of $shape that breaks off", async (way) => {
  const begun = eventsOf(way.shape, { text: "Good day to you" }).slice(0, 5);

  const { outcome, worker } = await talk(way, { pieces: inTurn(begun.filter(isOpen)) });

  expect(outcome.error?.message).toContain("broke off");
  expect(worker.calls).toHaveLength(1);
  await expectLine(worker, { route: ROUTES[way.endpoint], status: 200, stream: "cut" });
});

test.each(streams)("$endpoint raises an error within a stream of $shape", async (way) => {
  const begun = eventsOf(way.shape, { text: "Good day to you" }).slice(0, 5);
  const error = { type: "error", error: { type: "overloaded_error", message: "busy" } };
  const broken = [...begun.filter(isOpen), `event: error\n${event(error)}`];

  const { outcome, worker } = await talk(way, { pieces: inTurn(broken) });

  expect(outcome.error).toBeDefined();
  await expectLine(worker, { route: ROUTES[way.endpoint], status: 200, stream: "cut" });
});

const FAULTS: readonly (Failure & { readonly told: number; readonly says: RegExp })[] = [
  {
    status: 400,
    names: [5006, "invalid_request_error", "invalid_request_error"],
    message: "tools.0.name does not fit",
    told: 400,
    says: /tools\.0\.name does not fit/,
  },
  {
    status: 400,
    names: [5021, "invalid_request_error", "invalid_request_error"],
    message: "maximum context length is 8192 tokens, and 9120 were asked for",
    told: 400,
    says: /8192.*9120/,
  },
  {
    status: 404,
    names: [5007, "invalid_request_error", "not_found_error"],
    message: "no such model",
    told: 404,
    says: /model/,
  },
];

for (const { told, says, ...fault } of FAULTS) {
  test.each(ways)(
    `$endpoint tells ${fault.message} of $shape as the request's ($isStreamed)`,
    async (way) => {
      const { outcome, worker } = await talk(way, failure(way.shape, fault));

      expect(outcome.error).toMatchObject({
        status: told,
        message: expect.stringMatching(says),
      });
      expect(worker.calls).toHaveLength(1);
      await expectLine(worker, { route: ROUTES[way.endpoint], status: told });
    },
  );
}

const BROKEN: readonly (readonly [string, (shape: Shape) => Reply])[] = [
  [
    "overloaded",
    (shape) =>
      failure(shape, {
        status: 503,
        names: [3040, "server_error", "overloaded_error"],
        message: "busy",
      }),
  ],
  ["unreadable", () => ({ body: "<p>One moment</p>" })],
];

for (const [what, broken] of BROKEN) {
  test.each(ways)(
    `$endpoint asks the fallback where $shape is ${what} (streamed: $isStreamed)`,
    async (way) => {
      const worker = await startWorker({
        bindings: bindingsFor(way),
        reply: ({ headers }) =>
          headers["mf-header-cf-consn-model-id"] === FALLBACK
            ? reply({ ...way, shape: "newer" }, { text: "Instead" })
            : broken(way.shape),
      });

      const outcome = await TALKERS[way.endpoint](worker, {
        model: SPEAKERS[way.shape],
        isStreamed: way.isStreamed !== false,
      });

      expect(outcome).toMatchObject({ text: "Instead", reason: "stop" });
      expect(worker.calls).toHaveLength(2);
    },
  );
}

async function talk(way: Way, given: Reply, hasTool = false) {
  const worker = await startWorker({ bindings: bindingsFor(way), reply: () => given });
  const isStreamed = way.isStreamed !== false;
  const request = { model: SPEAKERS[way.shape], isStreamed, hasTool };
  const outcome: Outcome = await TALKERS[way.endpoint](worker, request);
  return { outcome, worker };
}

function bindingsFor({ isStreamed }: Way) {
  return isStreamed === "native" ? NATIVE : BINDINGS;
}

function reply({ shape, isStreamed }: Way, content: Content): Reply {
  return isStreamed !== false ? stream(shape, content) : answer(shape, content);
}

/** Returns whether an answer is not over with this event. */
function isOpen(piece: string): boolean {
  return !/finish_reason":"|\[DONE\]|completed|message_(?:delta|stop)/.test(piece);
}

async function expectLine(worker: RunningWorker, expected: object): Promise<void> {
  // The line of the test before may come late, too.
  const matches = (line: string) =>
    Object.entries(expected).every(([name, value]) => JSON.parse(line)[name] === value);
  const found = await waitFor(
    () => worker.lines.find(matches),
    () => worker.lines.join("\n"),
  );
  expect(found).toBeDefined();
}
