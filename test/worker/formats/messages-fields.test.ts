import { expect, test } from "vitest";

import { COMPLETION_FIELDS, MESSAGES_FIELDS, type Fate } from "../../../docs/protocol-table.ts";
import { messagesModel } from "../../../worker/chat/formats/anthropic-messages/messages.ts";
import {
  messagesRequest,
  UNSUPPORTED,
} from "../../../worker/chat/formats/anthropic-messages/request.ts";
import {
  completionRequest,
  UNSUPPORTED as NO_COMPLETION,
} from "../../../worker/chat/formats/openai-completions/request.ts";
import { MODEL, read } from "../../support/messages.ts";

/** A value that each field may have, and that asks for something. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  max_tokens: 5,
  system: "Be polite",
  stream: true,
  tools: [{ name: "look", input_schema: {} }],
  tool_choice: { type: "any" },
  temperature: 0.5,
  top_p: 0.5,
  top_k: 5,
  stop_sequences: ["."],
  thinking: { type: "enabled", budget_tokens: 2_000 },
  output_config: { effort: "low" },
  cache_control: { type: "ephemeral", ttl: "1h" },
  metadata: { user_id: "user_1" },
  service_tier: "standard_only",
  speed: "fast",
  inference_geo: "us",
  mcp_servers: [{ type: "url", url: "https://example.com" }],
};
const NOTHING = { max_tokens: 100, messages: [{ role: "user", content: "Hi" }] };

test.each(fieldsOf("passed on"))("%s of a message reaches a model of its form", (field) => {
  expect(SAMPLES).toHaveProperty(field);
  const request = read({ [field]: SAMPLES[field] });

  expect(messagesModel.forwardRequest(request, MODEL, true)).toEqual({
    ...NOTHING,
    [field]: SAMPLES[field],
  });
});

test.each(fieldsOf("refused"))("%s of a message is refused by its name", (field) => {
  expect(() => read({ [field]: SAMPLES[field] ?? { any: "value" } })).toThrow(
    new RegExp(`^${field} is not (?:supported; leave it out|allowed here: )`),
  );
});

test.each(fieldsOf("ignored"))("%s of a message reaches no model, and is named", (field) => {
  const { fields, ignored } = read({ [field]: "value" });

  expect([fields, ignored]).toEqual([NOTHING, [field]]);
});

test.each([
  [MESSAGES_FIELDS, messagesRequest.entries, UNSUPPORTED],
  [COMPLETION_FIELDS, completionRequest.entries, NO_COMPLETION],
])("the fields that are known are those whose fate the page tells", (fates, known, refused) => {
  const served = Object.entries(fates).flatMap(([field, [fate]]) =>
    fate === "ignored" ? [] : [field],
  );

  expect(Object.keys({ ...known, ...refused }).toSorted()).toEqual(served.toSorted());
});

function fieldsOf(wanted: Fate): string[] {
  return Object.entries(MESSAGES_FIELDS).flatMap(([field, [fate]]) =>
    fate === wanted ? [field] : [],
  );
}
