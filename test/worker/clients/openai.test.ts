import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { expect, test } from "vitest";
import { z } from "zod";

import { answer, endless, FAMILIES, stream, USAGE } from "../../support/wire.ts";
import { startWorker, TOKEN, type RunningWorker } from "../../support/workerd.ts";

const MESSAGES = [{ role: "user", content: "Hi" }] as const;
const CHAT = { model: "@cf/old/model", messages: [...MESSAGES] };

test.each(FAMILIES)("it chats with a model of the %s family", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: "Good day" }) });

  const completion = await client(worker).chat.completions.create(CHAT);

  expect(completion.choices[0]?.message.content).toBe("Good day");
  expect(completion.choices[0]?.finish_reason).toBe("stop");
  expect(completion.usage).toEqual(USAGE);
});

test.each(FAMILIES)("its stream helper assembles the %s family's answer", async (family) => {
  const worker = await startWorker({ reply: () => stream(family, { text: "Good day to you" }) });

  const runner = client(worker).chat.completions.stream({
    ...CHAT,
    stream_options: { include_usage: true },
  });
  const completion = await runner.finalChatCompletion();

  expect(completion.choices[0]?.message.content).toBe("Good day to you");
  expect(completion.choices[0]?.finish_reason).toBe("stop");
  expect(completion.usage).toEqual(USAGE);
});

const Event = z.object({ name: z.string(), day: z.string() });
const FORMAT = zodResponseFormat(Event, "event", { description: "a day in a calendar" });
const TEXT = '{"name":"Fair","day":"Friday"}';

test.each(FAMILIES)("its parse helper reads the %s family's structured output", async (family) => {
  const worker = await startWorker({ reply: () => answer(family, { text: TEXT }) });

  const completion = await client(worker).chat.completions.parse({
    ...CHAT,
    response_format: FORMAT,
  });

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

test("its parse helper reads an answer that a model has parsed already", async () => {
  const body = { response: { name: "Fair", day: "Friday" }, usage: USAGE };
  const worker = await startWorker({ reply: () => ({ body }) });

  const completion = await client(worker).chat.completions.parse({
    ...CHAT,
    response_format: FORMAT,
  });

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

test("its stream helper parses structured output", async () => {
  const worker = await startWorker({ reply: () => stream("newer", { text: TEXT }) });

  const runner = client(worker).chat.completions.stream({ ...CHAT, response_format: FORMAT });
  const completion = await runner.finalChatCompletion();

  expect(completion.choices[0]?.message.parsed).toEqual({ name: "Fair", day: "Friday" });
});

// Base64 is what it asks for where nobody says otherwise; it decodes to floats of 32 bits.
test.each([undefined, "float"] as const)("it embeds texts (encoding_format %s)", async (format) => {
  const data = [
    [0.5, -0.25],
    [1, 0],
  ];
  const worker = await startWorker({ reply: () => ({ body: { shape: [2, 2], data } }) });

  const { data: found, usage } = await client(worker).embeddings.create({
    model: "@cf/old/model",
    input: ["one", "two"],
    ...(format && { encoding_format: format }),
  });

  expect(found.map(({ index, embedding }) => [index, embedding])).toEqual([
    [0, [0.5, -0.25]],
    [1, [1, 0]],
  ]);
  expect(usage).toEqual({ prompt_tokens: 0, total_tokens: 0 });
  expect(worker.calls[0]?.body.inputs).toEqual({ text: ["one", "two"] });
});

test("aborting its stream ends the model's answer too", async () => {
  const { reply, ended } = endless();
  const worker = await startWorker({ reply: () => reply });

  const chunks = await client(worker).chat.completions.create({ ...CHAT, stream: true });
  let heard = "";
  for await (const { choices } of chunks) {
    heard += choices[0]?.delta.content ?? "";
    if (heard.length > 10) chunks.controller.abort();
  }

  expect(await ended).toBe("ended");
});

function client(worker: RunningWorker): OpenAI {
  return new OpenAI({ baseURL: new URL("/v1", worker.url).href, apiKey: TOKEN, maxRetries: 0 });
}
