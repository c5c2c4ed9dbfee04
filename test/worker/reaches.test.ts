/** What would have a provider keep, fetch or carry out something, at each endpoint and for each form. */
import { expect, test } from "vitest";

import { ROUTES, type TalkingEndpoint } from "../support/talk.ts";
import { SPEAKERS } from "../support/wire.ts";
import { errorOf, modelsBinding, startWorker } from "../support/workerd.ts";

const MODELS = Object.values(SPEAKERS);
const MESSAGES = [{ role: "user", content: "Hi" }];
const FILE = { type: "file", file: { file_id: "file-1" } };

/** The smallest request of an endpoint. */
const SMALLEST: Readonly<Record<TalkingEndpoint, object>> = {
  chatCompletions: { messages: MESSAGES },
  responses: { input: "Hi" },
  messages: { messages: MESSAGES, max_tokens: 100 },
  completions: { prompt: "Hi" },
};

/** What is refused, and the field that the refusal names. */
const REACHING: readonly (readonly [TalkingEndpoint, object, param: string])[] = [
  ["chatCompletions", { store: true }, "store"],
  ["chatCompletions", { prompt_cache_retention: "24h" }, "prompt_cache_retention"],
  ["chatCompletions", { web_search_options: {} }, "web_search_options"],
  [
    "chatCompletions",
    { messages: [{ role: "user", content: [FILE] }] },
    "messages.0.content.0.file.file_data",
  ],
  ["responses", { store: true }, "store"],
  ["responses", { previous_response_id: "resp_1" }, "previous_response_id"],
  ["responses", { conversation: "conv_1" }, "conversation"],
  ["responses", { prompt: { id: "pmpt_1" } }, "prompt"],
  ["responses", { background: true }, "background"],
  ["responses", { prompt_cache_retention: "24h" }, "prompt_cache_retention"],
  ["responses", { tools: [{ type: "web_search" }] }, "tools.0"],
  ["responses", { tools: [{ type: "web_search_preview_2025_03_11" }] }, "tools.0"],
  ["responses", { tools: [{ type: "file_search", vector_store_ids: ["vs_1"] }] }, "tools.0"],
  ["responses", { tools: [{ type: "code_interpreter", container: "cntr_1" }] }, "tools.0"],
  ["responses", { tools: [{ type: "image_generation" }] }, "tools.0"],
  [
    "responses",
    { tools: [{ type: "mcp", server_label: "m", server_url: "https://m.test" }] },
    "tools.0",
  ],
  ["responses", { tools: [{ type: "telepathy" }] }, "tools.0"],
  ["messages", { container: "container_1" }, "container"],
  ["messages", { mcp_servers: [{ type: "url", url: "https://m.test", name: "m" }] }, "mcp_servers"],
  ["messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools.0"],
  ["messages", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }, "tools.0"],
  ["messages", { tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, "tools.0"],
  ["messages", { tools: [{ type: "telepathy_20260101", name: "t" }] }, "tools.0"],
];

test.each(REACHING)("%s refuses %j by name, for every model", async (endpoint, fields, param) => {
  const worker = await startWorker({ bindings: { MODELS: modelsBinding(...MODELS) } });

  for (const model of MODELS) {
    const body = JSON.stringify({ model, ...SMALLEST[endpoint], ...fields });
    const response = await worker.ask(ROUTES[endpoint], { method: "POST", body });

    const error = await errorOf(response);
    expect({ model, status: response.status, param: error["param"] }).toEqual({
      model,
      status: 400,
      param: expect.stringMatching(`^${RegExp.escape(param)}`),
    });
  }
  expect(worker.calls).toEqual([]);
});

test("whoever asks, a model that speaks Responses is asked to store nothing", async () => {
  const worker = await startWorker({ bindings: { MODELS: modelsBinding(...MODELS) } });
  const model = SPEAKERS.responses;

  for (const [endpoint, path] of Object.entries(ROUTES)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
    const body = JSON.stringify({ model, ...SMALLEST[endpoint as TalkingEndpoint] });
    await worker.ask(path, { method: "POST", body });

    expect(worker.calls.at(-1)?.body.inputs).toMatchObject({
      store: false,
      include: ["reasoning.encrypted_content"],
    });
  }
  expect(worker.calls).toHaveLength(4);
});
