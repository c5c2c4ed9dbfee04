/** A provider with OpenAI's protocol as a process of its own: answers every chat at once, with the same words. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const MODELS = JSON.stringify({ object: "list", data: [{ id: "bench", object: "model" }] });
const ANSWER = JSON.stringify({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "bench",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
});

const server = createServer((request, response) => {
  request.resume().once("end", () => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(request.method === "GET" ? MODELS : ANSWER);
  });
});
server.listen(0, "127.0.0.1", () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pipe has none, and this is no pipe
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}/v1` });
});
process.once("disconnect", () => process.exit());
