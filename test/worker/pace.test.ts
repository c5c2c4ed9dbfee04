/**
 * Every endpoint that streams, with every shape of a model's answer, in every lane, at a model's
 * pace: what has come is sent before the model says more.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { OWN_SHAPES, ROUTES } from "../support/talk.ts";
import { eventsOf, SPEAKERS, type Shape } from "../support/wire.ts";
import { modelsBinding, nativeModels, startWorker, TOKEN } from "../support/workerd.ts";

const MODELS = modelsBinding(...Object.values(SPEAKERS));
const NATIVE = nativeModels(...Object.values(OWN_SHAPES).map((shape) => SPEAKERS[shape]));
const WORDS = ["alpha", "beta", "gamma"];
/** How long the model waits for a word to be heard; one that is gathered is never heard before. */
const LATE_MS = 30_000;

const REQUESTS = {
  chatCompletions: { messages: [{ role: "user", content: "Hi" }] },
  responses: { input: "Hi" },
  messages: { messages: [{ role: "user", content: "Hi" }], max_tokens: 9 },
  completions: { prompt: "Hi" },
} satisfies Record<keyof typeof ROUTES, object>;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const endpoints = Object.keys(REQUESTS) as (keyof typeof REQUESTS)[];
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
const shapes = Object.keys(SPEAKERS) as Shape[];
const ways = endpoints.flatMap((endpoint) =>
  shapes.flatMap((shape) => {
    const read = { endpoint, shape, lane: "read", bindings: { MODELS } };
    const isOwn = Object.entries(OWN_SHAPES).some(
      ([own, its]) => own === endpoint && its === shape,
    );
    return isOwn ? [read, { ...read, lane: "native", bindings: { MODELS: NATIVE } }] : [read];
  }),
);

test.each(ways)("$endpoint sends each word of $shape before the next ($lane)", async (way) => {
  const model = new PacedModel(way.shape);
  const reply = () => ({ pieces: model.pieces() });
  const worker = await startWorker({ bindings: way.bindings, reply });

  const response = await worker.ask(ROUTES[way.endpoint], {
    method: "POST",
    body: JSON.stringify({ model: SPEAKERS[way.shape], stream: true, ...REQUESTS[way.endpoint] }),
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  let text = "";
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    model.hear(text);
  }

  expect(model.late).toEqual([]);
  expect(WORDS.filter((word) => !text.includes(word))).toEqual([]);
});

/** A model that waits for each word to be heard before it says more. */
class PacedModel {
  readonly #shape: Shape;
  readonly #heard = new Map(WORDS.map((word) => [word, Promise.withResolvers<void>()]));
  /** The words that nobody had heard when the next was said. */
  readonly late: string[] = [];

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  async *pieces() {
    for (const piece of eventsOf(this.#shape, { text: WORDS.join(" ") })) {
      yield piece;
      const word = WORDS.find((each) => piece.includes(each));
      if (word !== undefined && !(await this.#isHeard(word))) this.late.push(word);
    }
  }

  hear(text: string): void {
    for (const word of WORDS) if (text.includes(word)) this.#heard.get(word)?.resolve();
  }

  async #isHeard(word: string): Promise<boolean> {
    const heard = this.#heard.get(word)?.promise.then(() => true);
    return Promise.race([heard ?? false, sleep(LATE_MS, false, { ref: false })]);
  }
}
