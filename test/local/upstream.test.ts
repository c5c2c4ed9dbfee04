import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import { expect, onTestFinished, test, vi } from "vitest";

import type { Model } from "../../local/gateway/model.ts";
import { connectUpstream } from "../../local/gateway/upstream.ts";

const MESSAGES = [{ role: "user", content: "Hi" }];

test("a stream of an upstream is passed on as it comes, letters that are cut in two whole", async () => {
  const second = Promise.withResolvers<void>();
  const model = await connect(async (_asked, response) => {
    response.write(Buffer.from("data: ü").subarray(0, 7));
    await second.promise;
    response.end(Buffer.from("data: ü").subarray(7));
  });

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
  const model = await connect((asked, response) => response.end(JSON.stringify(asked)));

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

test("what an upstream refuses is passed on, and its reason is printed", async () => {
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => print.mockRestore());
  const model = await connect((_asked, response) =>
    response.writeHead(404).end("no such model is loaded"),
  );

  const answer = await model("any", { messages: MESSAGES, stream: true });

  expect(answer).toEqual({ status: 404, body: "no such model is loaded" });
  expect(print.mock.calls).toEqual([["upstream answered 404: no such model is loaded"]]);
});

interface Asked {
  readonly path: string | undefined;
  readonly body: unknown;
}

/** Connects to a server whose only model is `at-home`, and which answers so. */
async function connect(
  answer: (asked: Asked, response: ServerResponse) => unknown,
): Promise<Model> {
  const server = createServer((request, response) => {
    if (request.method === "GET") return response.end('{"data":[{"id":"at-home"}]}');
    return void json(request).then((body) => answer({ path: request.url, body }, response));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pipe has none, and this is no pipe
  const { port } = server.address() as AddressInfo;
  return connectUpstream(new URL(`http://127.0.0.1:${port}/v1/`));
}
