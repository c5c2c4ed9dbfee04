import { expect, onTestFinished, test, vi } from "vitest";

import type { Model } from "../../local/gateway/model.ts";
import { connectUpstream } from "../../local/gateway/upstream.ts";
import { listen } from "../support/listen.ts";

const MESSAGES = [{ role: "user", content: "Hi" }];

test("a stream of an upstream is passed on as it comes, letters that are cut in two whole", async () => {
  const second = Promise.withResolvers<void>();
  const halves = async function* () {
    yield Buffer.from("data: ü").subarray(0, 7);
    await second.promise;
    yield Buffer.from("data: ü").subarray(7);
  };
  const model = await connect(() => new Response(ReadableStream.from(halves())));

  const { status, pieces } = await model("any", { messages: MESSAGES, stream: true });
  const seen: string[] = [];
  for await (const piece of pieces ?? []) {
    seen.push(piece);
    second.resolve();
  }

  expect(status).toBe(200);
  expect(seen).toEqual(["data: ", "ü"]);
});

test("texts to embed go where an upstream embeds, in its own words", async () => {
  const model = await connect((asked) => Response.json(asked));

  const answers = [
    await model("any", { text: ["a"] }),
    await model("any", { input: ["b"] }),
    await model("any", { messages: MESSAGES }),
  ];

  expect(answers.map(({ body }) => JSON.parse(body))).toEqual([
    { path: "/v1/embeddings", body: { input: ["a"], model: "at-home" } },
    { path: "/v1/embeddings", body: { input: ["b"], model: "at-home" } },
    { path: "/v1/chat/completions", body: { messages: MESSAGES, model: "at-home" } },
  ]);
});

test.each([
  ["@cf/meta/x", { messages: MESSAGES }, "/v1/chat/completions"],
  ["openai/gpt-4o", { messages: MESSAGES }, "/v1/chat/completions"],
  ["openai/gpt-5.6-terra", { input: "Hi", text: { format: { type: "text" } } }, "/v1/responses"],
  ["anthropic/claude-sonnet-5", { messages: MESSAGES, max_tokens: 9 }, "/v1/messages"],
])("an upstream is asked in the form of %s", async (name, inputs, path) => {
  const model = await connect((asked) => Response.json(asked));

  const { body } = await model(name, inputs);

  expect(JSON.parse(body)).toEqual({ path, body: { ...inputs, model: "at-home" } });
});

test("a prompt for a model of Workers AI is a message to an upstream", async () => {
  const model = await connect((asked) => Response.json(asked));

  const { body } = await model("@cf/meta/x", { prompt: "Hi" });

  expect(JSON.parse(body)).toMatchObject({ body: { messages: MESSAGES, model: "at-home" } });
});

test("what an upstream refuses is passed on, and its reason is printed", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const model = await connect(() => new Response("no such model is loaded", { status: 404 }));

  const answer = await model("any", { messages: MESSAGES, stream: true });

  expect(answer).toEqual({ status: 404, body: "no such model is loaded" });
  expect(print.mock.calls).toEqual([["upstream answered 404: no such model is loaded"]]);
});

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** Connects to a server whose only model is `at-home`, and which answers so. */
async function connect(answer: (asked: Asked) => Response): Promise<Model> {
  const origin = await listen(async (request) => {
    if (request.method === "GET") return new Response('{"data":[{"id":"at-home"}]}');
    return answer({ path: new URL(request.url).pathname, body: await request.json() });
  });
  return connectUpstream(new URL(`${origin}/v1/`));
}
