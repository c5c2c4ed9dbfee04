/** What clients write for what is absent, and what is another model's, reaches no model. */
import { expect, test } from "vitest";

import { wrapOpaque } from "../../worker/chat/formats/opaque.ts";
import { answer, SPEAKERS, type Shape } from "../support/wire.ts";
import { errorOf, modelsBinding, startWorker } from "../support/workerd.ts";

const EMBEDDER = "@cf/baai/bge-m3";
const BINDINGS = { MODELS: modelsBinding(...Object.values(SPEAKERS), EMBEDDER) };
const HI = { role: "user", content: "Hi" };
const CHAT = "/v1/chat/completions";
const MESSAGES = "/v1/messages";

const ofAnother = {
  role: "assistant",
  content: "Good day",
  reasoning_content: "Hm",
  reasoning_details: [
    { type: "reasoning.encrypted", data: wrapOpaque(SPEAKERS.messages, { signature: "s" }) },
  ],
};
const said = { role: "assistant", content: "Good day" };
const ownDetails = [{ type: "reasoning.encrypted", data: "of the model itself" }];

interface Row {
  readonly what: string;
  readonly path: string;
  readonly shapes: readonly Shape[];
  readonly body: object;
  readonly sent: object;
}

const chat = ["older", "newer", "chat"] as const;
const rows: readonly Row[] = [
  {
    what: "an empty list of tools, and what speaks of them",
    path: CHAT,
    shapes: chat,
    body: { messages: [HI], tools: [], tool_choice: "auto", parallel_tool_calls: true },
    sent: { messages: [HI] },
  },
  {
    what: "a choice among no tools",
    path: CHAT,
    shapes: chat,
    body: { messages: [HI], tool_choice: "none" },
    sent: { messages: [HI] },
  },
  {
    what: "an empty list of calls",
    path: CHAT,
    shapes: chat,
    body: { messages: [HI, { ...said, tool_calls: [] }, HI] },
    sent: { messages: [HI, said, HI] },
  },
  {
    what: "nulls of an answer in the history",
    path: CHAT,
    shapes: chat,
    body: {
      messages: [
        HI,
        { ...said, reasoning: null, reasoning_content: null, reasoning_details: null },
        HI,
      ],
    },
    sent: { messages: [HI, said, HI] },
  },
  {
    what: "reasoning that another model proves",
    path: CHAT,
    shapes: chat,
    body: { messages: [HI, ofAnother, HI] },
    sent: { messages: [HI, said, HI] },
  },
  {
    what: "a mark of null",
    path: CHAT,
    shapes: ["messages"],
    body: {
      messages: [{ role: "user", content: [{ type: "text", text: "Hi", cache_control: null }] }],
    },
    sent: {
      max_tokens: 8192,
      messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
    },
  },
  {
    what: "nulls of tools, blocks and results",
    path: MESSAGES,
    shapes: ["messages"],
    body: {
      max_tokens: 9,
      messages: [
        HI,
        {
          role: "assistant",
          content: [{ type: "tool_use", id: "t", name: "look", input: null }],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: null }] },
      ],
      tools: [{ type: null, name: "look", description: null, input_schema: {}, strict: null }],
    },
    sent: {
      max_tokens: 9,
      messages: [
        HI,
        { role: "assistant", content: [{ type: "tool_use", id: "t", name: "look", input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t" }] },
      ],
      tools: [{ name: "look", input_schema: {} }],
    },
  },
  {
    what: "empty fields",
    path: MESSAGES,
    shapes: ["messages"],
    body: { max_tokens: 9, messages: [HI], system: "", tools: [], tool_choice: { type: "auto" } },
    sent: { max_tokens: 9, messages: [HI] },
  },
];

const each = rows.flatMap(({ shapes, ...row }) => shapes.map((shape) => ({ shape, ...row })));

test.each(each)("$path sends $shape without $what", async ({ path, shape, body, sent }) => {
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => answer(shape, { text: "Good day" }),
  });

  const request = JSON.stringify({ model: SPEAKERS[shape], ...body });
  const response = await worker.ask(path, { method: "POST", body: request });

  expect(response.status).toBe(200);
  expect(worker.calls[0]?.body.inputs).toEqual(sent);
});

test("what the model itself showed goes back to it", async () => {
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => answer("chat", { text: "Good day" }),
  });
  const messages = [HI, { ...ofAnother, reasoning_details: ownDetails }, HI];

  const body = JSON.stringify({ model: SPEAKERS.chat, messages });
  await worker.ask(CHAT, { method: "POST", body });

  expect(worker.calls[0]?.body.inputs).toEqual({ messages });
});

test("a field that a model cannot take has the caller's name of it", async () => {
  const worker = await startWorker({ bindings: BINDINGS });
  const request = { model: SPEAKERS.responses, max_tokens: 9, messages: [HI] };

  const body = JSON.stringify({ ...request, stop_sequences: ["END"] });
  const response = await worker.ask(MESSAGES, { method: "POST", body });

  expect(await errorOf(response)).toMatchObject({
    param: "stop_sequences",
    message: expect.stringMatching(/^stop_sequences: /),
  });
});

test.each([1.5, -3, "many"])("embeddings count %s tokens as none", async (prompt_tokens) => {
  const worker = await startWorker({
    bindings: BINDINGS,
    reply: () => ({ body: { data: [[1]], usage: { prompt_tokens } } }),
  });

  const body = JSON.stringify({ model: EMBEDDER, input: "Hi", input_type: "query" });
  const response = await worker.ask("/v1/embeddings", { method: "POST", body });

  expect(response.headers.get("x-ignored-fields")).toBe("input_type");
  expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 0, total_tokens: 0 } });
});
