import { expect, test } from "vitest";

import { RESPONSES_FIELDS, type Fate } from "../../../docs/protocol-table.ts";
import { responsesModel } from "../../../worker/chat/formats/openai-responses/openai-responses.ts";
import { FIELDS } from "../../../worker/chat/formats/openai-responses/request.ts";
import { MODEL, readFields, refusalOf } from "../../support/responses.ts";

/** A value that each field may have, and that asks for something. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  instructions: "Be brief.",
  stream: true,
  stream_options: { include_obfuscation: false },
  tools: [{ type: "function", name: "look" }],
  tool_choice: "required",
  parallel_tool_calls: false,
  max_tool_calls: 2,
  max_output_tokens: 50,
  temperature: 0.5,
  top_p: 0.5,
  text: { verbosity: "low" },
  reasoning: { effort: "low", summary: "auto" },
  top_logprobs: 2,
  truncation: "auto",
  context_management: [{ type: "compaction" }],
  image: { context_compression: "disabled" },
  access_programs: { cyber: "standard" },
  service_tier: "flex",
  metadata: { of: "a test" },
  user: "someone",
  safety_identifier: "someone",
  prompt_cache_key: "key",
  prompt_cache_options: { ttl: "30m" },
  prompt_cache_retention: "24h",
  store: true,
  previous_response_id: "resp_1",
  conversation: "conv_1",
  prompt: { id: "pmpt_1" },
  background: true,
  background_options: {},
  moderation: { model: "omni-moderation-latest" },
};
const NOTHING = { input: "Hi", store: false, include: ["reasoning.encrypted_content"] };
const fieldsOf = (wanted: Fate) =>
  Object.entries(RESPONSES_FIELDS).flatMap(([field, [fate]]) => (fate === wanted ? [field] : []));

test.each(fieldsOf("passed on"))("%s of a response reaches a model of its format", (field) => {
  expect(SAMPLES).toHaveProperty(field);
  const request = readFields({ [field]: SAMPLES[field] });

  expect(responsesModel.forwardRequest(request, MODEL, true)).toEqual({
    ...NOTHING,
    [field]: SAMPLES[field],
  });
});

test.each(fieldsOf("refused"))("%s of a response is refused by its name", (field) => {
  expect(SAMPLES).toHaveProperty(field);
  const refusal = refusalOf(() => readFields({ [field]: SAMPLES[field] }));

  expect(refusal).toMatchObject({ status: 400, code: "unsupported_parameter", param: field });
});

test("the fields that are known are those whose fate the page tells", () => {
  const { moderation: _, ...known } = RESPONSES_FIELDS;

  expect(Object.keys(FIELDS).toSorted()).toEqual(Object.keys(known).toSorted());
});
