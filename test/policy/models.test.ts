/** What a stack file says of models: the form of their requests, and the names that callers use. */
import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import { workerBindings } from "../../policy/gateway/worker-bindings.ts";
import {
  MODEL_ROWS,
  allowedFormats,
  isReachable,
  formatOf,
} from "../../policy/settings/formats.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { problemsOf, stackValues, stackWith } from "../support/settings.ts";

const worker = (models: readonly unknown[]) => ({ worker: { name: "w", models } });
const boundOf = (models: readonly unknown[]): unknown => {
  const { settings } = stackWith("prod", worker(models));
  const around = { stackName: "prod", gatewayId: "g", release: "r" };
  return JSON.parse(workerBindings(around, settings).MODELS.text);
};

test.each([
  ["@cf/meta/llama-3.1-8b-instruct-fast", "workers-ai"],
  ["@cf/openai/gpt-oss-120b", "workers-ai"],
  ["anthropic/claude-sonnet-5", "messages"],
  ["openai/gpt-5-mini", "chat"],
  ["openai/gpt-5.5", "chat"],
  ["openai/gpt-5.6-terra", "responses"],
  ["openai/gpt-5.7", undefined],
  ["openai/gpt-6", undefined],
  ["google/gemini-3-pro", "chat"],
  ["xai/grok-5", "chat"],
  ["deepseek/deepseek-v4-pro", "chat"],
  ["mistral/large", undefined],
  ["openaix/gpt-5", undefined],
  ["acme/large", undefined],
])("%s takes %s, by the table", (model, format) => {
  expect(formatOf(model)).toBe(format);
});

test.each(["openai/sk-proj-abcdefghijklmnopqrst", "openai/0a1b2c3d4e5f60718293a4b5c6d7e8f9"])(
  "%s looks like a key, and is no model",
  (id) => {
    const problems = problemsOf(stackValues("dev", worker([id])));

    expect(problems).toEqual([
      expect.stringMatching(
        /^worker\.models\[0\] has a value that is not allowed; allowed is a Workers AI model.*; it looks like a secret,/,
      ),
    ]);
  },
);

test("names of models of the field look like no key", () => {
  const named = [
    "@cf/meta/llama-4-scout-17b-16e-instruct",
    "@cf/deepseek-ai/deepseek-r1-distill-qwen-32b",
    "anthropic/claude-sonnet-4-5-20250929",
    "skt/a.x-4.0",
  ];

  expect(problemsOf(stackValues("dev", worker(named)))).toEqual([]);
});

test("each row of the table says where it was read, and when", () => {
  for (const { source, asOf } of MODEL_ROWS) {
    expect(source).toMatch(/^https:\/\//);
    expect(asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test("a provider beside the unified catalogue is out of reach, and an unknown one may be in it", () => {
  expect(["mistral/a", "perplexity/a", "fireworks/a", "azure/a"].filter(isReachable)).toEqual([]);
  expect(["acme/a", "openai/gpt-9", "@cf/a/b"].filter((model) => !isReachable(model))).toEqual([]);
});

test("of Workers AI's models only the open ones of OpenAI may be said to take another form", () => {
  expect(allowedFormats("@cf/openai/gpt-oss-20b")).toEqual(["workers-ai", "responses"]);
  expect(allowedFormats("@cf/meta/llama-3.1-8b")).toEqual(["workers-ai"]);
  expect(allowedFormats("acme/large")).toEqual(["chat", "responses", "messages"]);
});

test("the Worker gets each model's id, form and name, said or by the table", () => {
  expect(
    boundOf([
      "@cf/a/b",
      { id: "@cf/openai/gpt-oss-120b", speaks: "responses" },
      { id: "anthropic/claude-sonnet-5", name: "claude-sonnet-4-5" },
      { id: "acme/large", speaks: "messages" },
    ]),
  ).toEqual([
    { id: "@cf/a/b", speaks: "workers-ai" },
    { id: "@cf/openai/gpt-oss-120b", speaks: "responses" },
    { id: "anthropic/claude-sonnet-5", speaks: "messages", name: "claude-sonnet-4-5" },
    { id: "acme/large", speaks: "messages" },
  ]);
});

test("the Worker hears of a stream alone that passes unread", () => {
  expect(
    boundOf([
      { id: "openai/gpt-5", stream: "native" },
      { id: "@cf/openai/gpt-oss-20b", speaks: "responses", stream: "native" },
      { id: "openai/gpt-5-mini", stream: "read" },
    ]),
  ).toEqual([
    { id: "openai/gpt-5", speaks: "chat", stream: "native" },
    { id: "@cf/openai/gpt-oss-20b", speaks: "responses", stream: "native" },
    { id: "openai/gpt-5-mini", speaks: "chat" },
  ]);
});

test.each([
  [{ id: "@cf/a/b" }, "which speaks workers-ai"],
  [{ id: "@cf/openai/gpt-oss-20b" }, "which speaks workers-ai"],
  [{ id: "acme/large" }, "whose format is not known"],
])("a stream that no caller could read cannot pass unread: %j", (model, form) => {
  const values = stackValues("prod", worker([{ ...model, stream: "native" }]));

  expect(problemsOf(values)).toEqual([
    `worker.models[0].stream is native for "${model.id}", ${form}; only streams that a caller can read pass unread: remove it, or a model's own speaks must be chat, responses or messages`,
  ]);
});

test("a model of embeddings has no stream that could pass unread", () => {
  const model = { id: "openai/text-embedding-3-small", stream: "native" };

  expect(problemsOf(stackValues("prod", worker([model])))).toEqual([
    'worker.models[0].stream is native for "openai/text-embedding-3-small", which makes embeddings and has no stream; remove it',
  ]);
});

test("the page says what a stream that passes unread gives up, and what is not proved of it", async () => {
  const models = [{ id: "openai/gpt-5-mini", stream: "native" }, "@cf/a/b"];
  const { facts } = await stateStack(stackWith("prod", worker(models)));

  const fact = facts.find(({ id }) => id === "models");
  expect(fact?.answer).toBe(
    "openai/gpt-5-mini (its streams pass unread to callers of its format), @cf/a/b; prompts go to openai, under their own terms; a stream that passes unread is not repaired, has the provider's own ids and errors, may be silent until the model's time is over, and is cut where it breaks off",
  );
  expect(fact?.notProved?.map(({ point }) => point)).toEqual([19, 20]);
});

test("an id alone and a group of it are the same setting", () => {
  const [plain, group] = [
    stackWith("prod", worker(["@cf/a/b"])),
    stackWith("prod", worker([{ id: "@cf/a/b", stream: "read" }])),
  ];

  expect(group.settings).toEqual(plain.settings);
  expect(compareStacks(plain, group)).toEqual([]);
});

test("the page tells names, and forms that the stack file says or nobody knows", async () => {
  const { facts } = await stateStack(
    stackWith(
      "prod",
      worker([
        { id: "@cf/a/b", name: "gpt-5" },
        { id: "openai/gpt-5-mini", speaks: "chat" },
        { id: "openai/gpt-5-nano", speaks: "responses", name: "nano" },
        "acme/large",
      ]),
    ),
  );

  expect(facts.find(({ id }) => id === "models")?.answer).toBe(
    "@cf/a/b (also asked for as gpt-5), openai/gpt-5-mini, openai/gpt-5-nano (also asked for as nano; said to speak responses), acme/large (in which format is not known); prompts go to openai, acme, under their own terms",
  );
});

const named = (id: string, ...more: readonly unknown[]) =>
  worker(
    [
      ...more,
      { id, name: "fast" },
      "@cf/a/b",
      "openai/gpt-5",
      "openai/gpt-4o",
      "xai/grok-5",
    ].filter(
      (model, index, all) =>
        typeof model !== "string" || (model !== id && all.indexOf(model) === index),
    ),
  );

test.each([
  [
    "@cf/a/b",
    "openai/gpt-5",
    "less private",
    "prompts to that name go to openai, and no more to Cloudflare alone",
  ],
  [
    "openai/gpt-5",
    "@cf/a/b",
    "more private",
    "prompts to that name go to Cloudflare alone, and no more to openai",
  ],
  [
    "openai/gpt-5",
    "xai/grok-5",
    "less private",
    "prompts to that name go to xai, and no more to openai",
  ],
  ["openai/gpt-5", "openai/gpt-4o", "neutral", undefined],
])("a name that moves from %s to %s is %s", (from, to, effect, because) => {
  const changes = compareStacks(stackWith("prod", named(from)), stackWith("prod", named(to)));

  expect(changes).toEqual([
    {
      path: "worker.models (name fast)",
      from,
      to,
      effect,
      ...(because !== undefined && { because }),
    },
  ]);
});

test("a name that comes or goes is neutral, since its model is there without it", () => {
  const [without, with_] = [
    worker(["openai/gpt-5"]),
    worker([{ id: "openai/gpt-5", name: "fast" }]),
  ];
  const effects = (from: object, to: object) =>
    compareStacks(stackWith("prod", { ...from }), stackWith("prod", { ...to })).map(
      ({ path, effect }) => `${effect}: ${path}`,
    );

  expect(effects(without, with_)).toEqual(["neutral: worker.models (name fast)"]);
  expect(effects(with_, without)).toEqual(["neutral: worker.models (name fast)"]);
});
