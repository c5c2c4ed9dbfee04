import { once } from "node:events";
import { createServer } from "node:http";

import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";

import type { Model } from "../../local/gateway/model.ts";
import { connectUpstream } from "../../local/gateway/upstream.ts";
import { listen } from "../support/listen.ts";

const CUT = /other side closed|read ECONNRESET/;
const MESSAGES = [{ role: "user", content: "Hi" }];

test("a stream of an upstream is passed on as it comes, letters that are cut in two whole", async () => {
  const second = Promise.withResolvers<void>();
  const halves = async function* () {
    yield Buffer.from("data: ü").subarray(0, 7);
    await second.promise;
    yield Buffer.from("data: ü").subarray(7);
  };
  const model = await connect(() => new Response(ReadableStream.from(halves())));

  const { status, body, pieces } = await model("any", { messages: MESSAGES, stream: true });
  const seen: string[] = [];
  for await (const piece of pieces ?? []) {
    seen.push(piece);
    second.resolve();
  }

  expect([status, body]).toEqual([200, ""]);
  expect(seen).toEqual(["data: ", "ü"]);
});

test("texts to embed go where an upstream embeds, in its own words", async () => {
  const model = await connect((asked) => Response.json(asked));

  const answers = [
    await model("@cf/baai/bge-m3", { text: ["a"] }),
    await model("any", { input: ["b"] }),
    await model("any", { messages: MESSAGES }),
  ];

  expect(answers.map(({ body }) => JSON.parse(body))).toEqual([
    { path: "/v1/embeddings", body: { input: ["a"], model: "at-home" } },
    { path: "/v1/embeddings", body: { input: ["b"], model: "at-home" } },
    { path: "/v1/chat/completions", body: { messages: MESSAGES, model: "at-home" } },
  ]);
});

const CHAT = "/v1/chat/completions";
const PROMPT = { prompt: "Hi" };

test.each<[string, object, string, object?]>([
  ["@cf/meta/x", { messages: MESSAGES }, CHAT],
  // A prompt is a message to an upstream, where the model is one of Workers AI and has no messages.
  ["@cf/meta/x", PROMPT, CHAT, { messages: MESSAGES }],
  ["@cf/meta/x", { messages: [], ...PROMPT }, CHAT],
  ["openai/gpt-4o", { messages: MESSAGES }, CHAT],
  ["openai/gpt-4o", PROMPT, CHAT],
  ["openai/gpt-5.6-terra", { input: "Hi", text: { format: { type: "text" } } }, "/v1/responses"],
  ["anthropic/claude-sonnet-5", { messages: MESSAGES, max_tokens: 9 }, "/v1/messages"],
])("an upstream is asked in the form of %s: %j", async (name, inputs, path, sent = inputs) => {
  const model = await connect((asked, headers) => Response.json({ ...asked, headers }));

  const { body } = await model(name, inputs);

  const version = path === "/v1/messages" ? { "anthropic-version": "2023-06-01" } : {};
  const headers = { "content-type": "application/json", ...version };
  expect(JSON.parse(body)).toEqual({ path, body: { ...sent, model: "at-home" }, headers });
});

test("what an upstream refuses is passed on, and its reason is printed", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const reason = "no such model is loaded".padEnd(600, ".");
  const statuses = [200, 404];
  const model = await connect(() => new Response(reason, { status: statuses.shift() ?? 500 }));
  const asked = { messages: MESSAGES };

  const answers = [await model("any", asked), await model("any", { ...asked, stream: true })];

  expect(answers).toEqual([
    { status: 200, body: reason },
    { status: 404, body: reason },
  ]);
  expect(print.mock.calls).toEqual([[`upstream answered 404: ${reason.slice(0, 500)}`]]);
});

test("an upstream that is gone, or cuts an answer, is printed with its address and the reason", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const server = createServer((request, response) => {
    if (request.method === "GET") return response.end('{"data":[{"id":"at-home"}]}');
    response.write("data: a");
    return setImmediate(() => request.socket.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
  const model = await connectUpstream(new URL(`${origin}/v1`));
  const asked = { messages: MESSAGES };

  await expect(model("any", asked)).rejects.toThrow(CUT);
  const { pieces } = await model("any", { ...asked, stream: true });
  await expect(Array.fromAsync(pieces ?? [])).rejects.toThrow(CUT);
  server.closeAllConnections();
  await once(server.close(), "close");
  await expect(model("any", asked)).rejects.toThrow("ECONNREFUSED");

  const isCut = new RegExp(`^upstream ${origin} does not answer: (?:${CUT.source})$`);
  expect(print.mock.calls).toEqual([
    [expect.stringMatching(isCut)],
    [expect.stringMatching(isCut)],
    [`upstream ${origin} does not answer: connect ECONNREFUSED ${origin.slice(7)}`],
  ]);
});

test.each([
  [500, '{"data":[{"id":"at-home"}]}', "answers 500"],
  [200, '{"data":[]}', "lists no model"],
  [200, "{}", "lists no model"],
])("a server whose list of models is %i with %s is refused", async (status, list, fault) => {
  const origin = await listen(() => new Response(list, { status }));

  await expect(connectUpstream(new URL(`${origin}/v1/`))).rejects.toThrow(
    `GET ${origin}/v1/models ${fault}`,
  );
});

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

/** Connects to a server whose only model is `at-home`, and which answers so. */
async function connect(answer: (asked: Asked, headers: object) => Response): Promise<Model> {
  const origin = await listen(async (request) => {
    if (request.method === "GET") return new Response('{"data":[{"id":"at-home"}]}');
    const asked = { path: new URL(request.url).pathname, body: await request.json() };
    const known = ["content-type", "anthropic-version"];
    const headers = [...request.headers].filter(([name]) => known.includes(name));
    return answer(asked, Object.fromEntries(headers));
  });
  return connectUpstream(new URL(`${origin}/v1/`));
}
