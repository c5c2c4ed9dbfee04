import { expect, test } from "vitest";

import { readChat } from "../support/read-chat.ts";
import { RefusalError } from "../../worker/chat/refusal.ts";
import { models } from "../support/models.ts";

const OWN = "@cf/old/model";
const THEIRS = "openai/gpt-5";
const IMAGE = {
  type: "image_url",
  image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" },
};
const REMOTE = { type: "image_url", image_url: { url: "https://images.test/cat.png" } };
const SCHEMA = { type: "object", properties: { day: { type: "string" } } };
const FORMAT = {
  type: "json_schema",
  json_schema: { name: "event", schema: SCHEMA, strict: true },
};

/** What reaches a model that is asked, or stands in. */
function inputs(changes: object, asked = OWN, model = asked): unknown {
  return read(changes, asked).inputsFor(model);
}

function read(changes: object, model = OWN) {
  const messages = [{ role: "user", content: "Hi" }];
  return readChat(JSON.stringify({ model, messages, ...changes }), models(OWN, THEIRS));
}

test("a Workers AI model gets text parts as one text, and never a content of null", () => {
  const messages = [
    { role: "developer", content: [{ type: "text", text: "Be brief" }] },
    {
      role: "user",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    { role: "assistant", content: null },
    { role: "assistant", content: [{ type: "refusal", refusal: "I cannot" }] },
    { role: "user", content: "Why?" },
  ];

  expect(inputs({ messages })).toEqual({
    messages: [
      { role: "system", content: "Be brief" },
      { role: "user", content: "a\nb" },
      { role: "assistant", content: "" },
      { role: "assistant", content: "I cannot" },
      { role: "user", content: "Why?" },
    ],
  });
  expect(inputs({ messages }, THEIRS)).toEqual({ messages });
});

test("an image reaches every model as it is", () => {
  const messages = [{ role: "user", content: [{ type: "text", text: "What is this?" }, IMAGE] }];

  expect(inputs({ messages })).toEqual({ messages });
  expect(inputs({ messages }, THEIRS)).toEqual({ messages });
});

test("an image's address reaches a third party's model only", () => {
  const messages = [{ role: "user", content: [REMOTE] }];

  expect(inputs({ messages }, THEIRS)).toEqual({ messages });
  expect(refusalOf({ messages })).toEqual({
    code: "invalid_value",
    param: "messages.0.content.0.image_url.url",
    message:
      "messages.0.content.0.image_url.url: Workers AI's models take no address; " +
      "send the image itself as data:image/png;base64,…",
  });
});

test("a Workers AI model gets the schema alone, with its name as title", () => {
  expect(inputs({ response_format: FORMAT })).toMatchObject({
    response_format: { type: "json_schema", json_schema: { title: "event", ...SCHEMA } },
  });
  expect(inputs({ response_format: FORMAT }, THEIRS)).toMatchObject({ response_format: FORMAT });
});

test("a schema's own title and description stay", () => {
  const schema = { ...SCHEMA, title: "Event", description: "of a calendar" };
  const json_schema = { name: "event", description: "a day", schema };

  expect(inputs({ response_format: { type: "json_schema", json_schema } })).toMatchObject({
    response_format: { json_schema: schema },
  });
});

test("a format that asks for text is not said to a Workers AI model", () => {
  expect(inputs({ response_format: { type: "text" } })).not.toHaveProperty("response_format");
  expect(inputs({ response_format: { type: "json_object" } })).toMatchObject({
    response_format: { type: "json_object" },
  });
});

test("a fallback is asked in its own fields", () => {
  expect(inputs({ max_tokens: 9, response_format: FORMAT }, OWN, THEIRS)).toEqual({
    messages: [{ role: "user", content: "Hi" }],
    max_completion_tokens: 9,
    response_format: FORMAT,
  });
  expect(inputs({ max_tokens: 9 }, THEIRS, OWN)).toMatchObject({ max_tokens: 9 });
});

const user = (...content: readonly object[]) => ({ messages: [{ role: "user", content }] });
const assistant = (call: object) => ({ messages: [{ role: "assistant", tool_calls: [call] }] });
const PARTS = 'expected "text", "image_url" or "file"; "input_audio" is not supported';
const ADDRESS = "expected an https: address, or the image itself as data:image/png;base64,…";

test.each<[object, string]>([
  [user({ type: "input_audio", input_audio: {} }), `messages.0.content.0.type: ${PARTS}`],
  [user({ type: "file", file: {} }), "messages.0.content.0.file.file_data: missing"],
  [
    user({ type: "file", file: { file_data: "https://files.test/a.pdf" } }),
    "messages.0.content.0.file.file_data: expected data:application/pdf;base64,…",
  ],
  [user({ type: "text" }), "messages.0.content.0.text: missing"],
  [user({ type: "image_url" }), "messages.0.content.0.image_url: missing"],
  [
    user({ type: "image_url", image_url: { url: "http://10.0.0.1/cat.png" } }),
    `messages.0.content.0.image_url.url: ${ADDRESS}`,
  ],
  [
    user({ type: "image_url", image_url: { url: "data:text/html;base64,PGI+" } }),
    `messages.0.content.0.image_url.url: ${ADDRESS}`,
  ],
  [
    { messages: [{ role: "system", content: [IMAGE] }] },
    'messages.0.content.0.type: expected "text"',
  ],
  [{ messages: [{ role: "user" }] }, "messages.0.content: missing"],
  [
    { messages: [{ role: "user", content: 5 }] },
    "messages.0.content: expected a text, or a list of parts",
  ],
  [{ messages: [{ role: "tool", content: "31" }] }, "messages.0.tool_call_id: missing"],
  [
    assistant({ id: "1", type: "custom", function: { name: "f", arguments: "" } }),
    "messages.0.tool_calls.0.custom: missing",
  ],
  [
    assistant({ id: "1", type: "function", function: { name: "f", arguments: {} } }),
    "messages.0.tool_calls.0.function.arguments: expected a text",
  ],
  [{ tools: [{ type: "custom", function: { name: "f" } }] }, "tools.0.custom: missing"],
  [{ tools: [{ type: "function" }] }, "tools.0.function: missing"],
  [
    { tools: [{ type: "function", function: { name: "f", parameters: [] } }] },
    "tools.0.function.parameters: expected an object",
  ],
  [{ tool_choice: "always" }, 'tool_choice: expected "none" or "auto" or "required"'],
  [
    { tool_choice: { type: "allowed_tools", function: { name: "f" } } },
    "tool_choice.allowed_tools: missing",
  ],
  [
    { response_format: { type: "xml" } },
    'response_format.type: expected "text" or "json_object" or "json_schema"',
  ],
  [
    { response_format: { type: "json_schema", json_schema: SCHEMA } },
    "response_format.json_schema.name: missing",
  ],
  [{ messages: ["Hi"] }, "messages.0: expected an object"],
  [
    { messages: [{ role: "bot", content: "Hi" }] },
    'messages.0.role: expected "system" or "developer" or "user" or "assistant" or "tool"',
  ],
  [{ messages: [] }, "messages: 0 items, expected 1 or more"],
  [{ messages: {} }, "messages: expected a list"],
  [
    { tools: [{ type: "function", function: { name: "" } }] },
    "tools.0.function.name: 0 characters, expected 1 or more",
  ],
  [
    { max_tokens: 0.5, seed: 0.5 },
    "max_tokens: expected a whole number; seed: expected a whole number",
  ],
  [{ temperature: 3, top_p: -1 }, "temperature: expected 2 or less; top_p: expected 0 or more"],
  [
    { stop: 5, stream: "yes" },
    "stream: expected true or false; stop: expected a text, or a list of texts",
  ],
  [{ stream_options: "usage" }, "stream_options: expected an object"],
  [{ moderation: { model: "m" } }, "moderation is not supported; leave it out"],
  [{ verbosity: "mute" }, 'verbosity: expected "low" or "medium" or "high"'],
])("%j is refused with the field's name and what it may be", (changes, message) => {
  expect(refusalOf(changes)).toMatchObject({ message });
});

test.each<[object, string, string]>([
  [{ store: true }, "store", "store"],
  [{ prompt_cache_retention: "24h" }, "prompt_cache_retention", "cache_24h"],
  [{ web_search_options: {} }, "web_search_options", "web_search"],
])("%j is refused while the stack does not allow it", (changes, param, reach) => {
  expect(refusalOf(changes)).toMatchObject({
    code: "unsupported_parameter",
    param,
    message: expect.stringMatching(`^${param} is not allowed here: .*allow: \\[${reach}\\]`),
  });
});

function refusalOf(changes: object): object {
  try {
    inputs(changes);
  } catch (error) {
    if (error instanceof RefusalError) {
      const { code, param, message } = error.refusal;
      return { code, param, message };
    }
  }
  throw new Error("nothing was refused");
}
