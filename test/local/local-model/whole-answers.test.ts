/** What whole answers hold, in each form: every field that its API documents. */
import { expect, test } from "vitest";

import { askModel } from "../../support/local-model.ts";

const NOW = expect.closeTo(Date.now() / 1000, -2);

const HELLO = [{ role: "user", content: "Hello" }];

test("a completion has every field of OpenAI's chat form", async () => {
  const { body } = await askModel("openai/gpt-4o", { messages: HELLO });

  expect(body).toEqual({
    id: expect.stringMatching(/^chatcmpl-[0-9a-f]{24}$/),
    object: "chat.completion",
    created: NOW,
    model: "openai/gpt-4o",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "This is the local model, standing in for openai/gpt-4o. You said: Hello",
          refusal: null,
        },
        finish_reason: "stop",
        logprobs: null,
      },
    ],
    usage: {
      prompt_tokens: 2,
      completion_tokens: 18,
      total_tokens: 20,
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  });
});

test("a message has every field of Anthropic's", async () => {
  const model = "anthropic/claude-sonnet-5";
  const thinking = { type: "enabled", budget_tokens: 1024 };
  const inputs = { messages: HELLO, system: "Be kind.", max_tokens: 2000, thinking };

  expect(await askModel(model, inputs)).toEqual({
    status: 200,
    body: {
      id: expect.stringMatching(/^msg_[0-9a-f]{24}$/),
      type: "message",
      role: "assistant",
      model,
      content: [
        {
          type: "thinking",
          thinking: "The user's message has 5 characters.",
          signature: expect.any(String),
        },
        { type: "text", text: expect.stringMatching(/You said: Hello$/), citations: null },
      ],
      container: null,
      diagnostics: null,
      stop_details: null,
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 4,
        output_tokens: 30,
        output_tokens_details: { thinking_tokens: 9 },
        cache_creation: null,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        inference_geo: null,
        server_tool_use: null,
        service_tier: "standard",
        speed: null,
      },
    },
  });
});

// https://platform.openai.com/docs/api-reference/responses/object
test("a response has every field of OpenAI's, and repeats what was asked", async () => {
  const model = "openai/gpt-5.6-terra";
  const usual = await askModel(model, { input: "Hello" });
  const tools = [{ type: "function", name: "tide", parameters: {} }];
  const asked = { instructions: "Be kind.", max_output_tokens: 99, store: false };
  const told = await askModel(model, { input: "Hello", ...asked, tools, tool_choice: "none" });

  expect(usual.body).toEqual({
    id: expect.stringMatching(/^resp_[0-9a-f]{24}$/),
    object: "response",
    created_at: NOW,
    completed_at: NOW,
    status: "completed",
    access_programs: null,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model,
    output: [
      {
        id: expect.stringMatching(/^msg_/),
        type: "message",
        role: "assistant",
        status: "completed",
        content: [
          {
            type: "output_text",
            text: expect.stringMatching(/You said: Hello$/),
            annotations: [],
            logprobs: [],
          },
        ],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    store: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage: {
      input_tokens: 2,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 20,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 22,
    },
  });
  expect(told.body).toMatchObject({
    ...asked,
    tools,
    tool_choice: "none",
    usage: { input_tokens: 4 },
  });
});
