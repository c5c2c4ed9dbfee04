/** Whether the models know every field of their providers' SDKs, of which docs/protocol.md is made. */
import { expect, test } from "vitest";

import { CHAT_FIELDS, MESSAGES_FIELDS, RESPONSES_FIELDS } from "../../../docs/protocol-table.ts";
import { askModel } from "../../support/local-model.ts";

const messages = [{ role: "user", content: "Hello" }];
/** Those of Anthropic's that stand in its beta types alone, and need a header. */
const BETA = [
  "thread",
  "compaction",
  "diagnostics",
  "fallbacks",
  "fallback_credit_token",
  "billing_policy",
  "betas",
  "user_profile_id",
  "workspace_id",
];

test.each([
  ["openai/gpt-4o", CHAT_FIELDS, { messages }, []],
  ["openai/gpt-5.6-terra", RESPONSES_FIELDS, { input: "Hello" }, []],
  ["anthropic/claude-sonnet-5", MESSAGES_FIELDS, { messages, max_tokens: 9 }, BETA],
])("%s knows each field of its provider's API", async (model, fields, inputs, unknown) => {
  const refused: string[] = [];
  for (const name of Object.keys(fields)) {
    const { status } = await askModel(model, { [name]: undefined, ...inputs });
    if (status !== 200) refused.push(name);
  }

  expect(refused).toEqual(unknown);
});

// OpenAI's SDKs send null for what is not set.
test.each([
  [
    "openai/gpt-4o",
    { messages },
    [
      "tools",
      "tool_choice",
      "parallel_tool_calls",
      "response_format",
      "max_tokens",
      "max_completion_tokens",
      "reasoning_effort",
      "stream",
      "stream_options",
    ],
  ],
  [
    "openai/gpt-5.6-terra",
    { input: "Hello" },
    [
      "instructions",
      "tools",
      "tool_choice",
      "parallel_tool_calls",
      "text",
      "reasoning",
      "include",
      "max_output_tokens",
      "store",
      "stream",
      "conversation",
      "previous_response_id",
    ],
  ],
])("to %s a field that is null is as one that is absent", async (model, inputs, names) => {
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  const [plain, same] = [
    await askModel(model, inputs),
    await askModel(model, { ...inputs, ...nulls }),
  ];

  expect(same.status).toBe(200);
  const isTime = /_at"|"created"/;
  const text = ({ body }: { readonly body: unknown }) =>
    JSON.stringify(body, null, 1)
      .split("\n")
      .filter((line) => !isTime.test(line));
  expect(text(same)).toEqual(text(plain));
});
