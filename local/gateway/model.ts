/**
 * What stands behind the local gateway, unless it is a server of the user's own: a small
 * deterministic model.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import { z } from "zod";

import { isWorkersAi } from "../../policy/platform.ts";

/** What a model answers, before the gateway logs it. */
export interface ModelReply {
  readonly status: number;
  /** The JSON; empty for a stream. */
  readonly body: string;
  /** The server-sent events of a stream, as they come. */
  readonly pieces?: AsyncIterable<string>;
}

/** Answers one call of a model; rejects when no answer came. */
export type Model = (name: string, inputs: unknown) => Promise<ModelReply>;

const chatInputs = z.object({
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })).min(1),
  stream: z.boolean().optional(),
});
// Workers AI's embedding models take the first, a third party's the second.
const embeddingInputs = z.union([
  z.object({ text: z.array(z.string()).min(1) }),
  z.object({ input: z.array(z.string()).min(1) }),
]);

/**
 * Repeats the user's last message, in the form in which Workers AI's model of that name answers. It
 * costs nothing and needs nothing.
 */
export const localModel: Model = async (name, inputs) => {
  const embedding = embeddingInputs.safeParse(inputs).data;
  if (embedding !== undefined) return json(200, embed(embedding));
  const parsed = chatInputs.safeParse(inputs);
  if (!parsed.success) {
    return json(400, {
      errors: [{ code: 5004, message: "Invalid input: messages must be a list of messages" }],
    });
  }
  const { messages, stream } = parsed.data;
  const prompt = asText(messages.findLast(({ role }) => role === "user")?.content);
  const answer = `This is the local model, standing in for ${name}. You said: ${prompt}`;
  const usage = {
    prompt_tokens: messages.reduce((sum, { content }) => sum + countTokens(asText(content)), 0),
    completion_tokens: countTokens(answer),
  };
  const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
  if (stream === true) {
    return { status: 200, body: "", pieces: streamWords(answer, answersAsOpenAi(name), total) };
  }
  if (!answersAsOpenAi(name)) return json(200, { response: answer, usage: total });
  return json(200, {
    id: "chatcmpl-local",
    object: "chat.completion",
    model: name,
    choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
    usage: total,
  });
};

/** Streams an answer word by word, in the form in which the model's family streams. */
async function* streamWords(
  answer: string,
  asOpenAi: boolean,
  usage: object,
): AsyncGenerator<string> {
  for (const word of answer.match(/\S+\s*/g) ?? []) {
    yield event(
      asOpenAi ? { choices: [{ index: 0, delta: { content: word } }] } : { response: word },
    );
    // After a turn of the event loop, each word is a piece of its own on the wire.
    await setImmediate();
  }
  const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage };
  yield event(asOpenAi ? last : { response: "", usage });
  yield "data: [DONE]\n\n";
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/**
 * Makes vectors that depend on the text alone: similar texts are no nearer, but equal ones are
 * equal.
 */
function embed(inputs: z.output<typeof embeddingInputs>): object {
  const texts = "text" in inputs ? inputs.text : inputs.input;
  const vectors = texts.map((text) => {
    const digest = createHash("sha256").update(text).digest();
    return Array.from(digest, (byte) => (byte - 127.5) / 127.5);
  });
  if ("text" in inputs) return { shape: [vectors.length, 32], data: vectors, pooling: "mean" };
  return { data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })) };
}

/**
 * Returns whether a model answers in OpenAI's form: a third party's do. Of Workers AI's, newer
 * families answer with `choices`, older ones with `response` (seen).
 */
function answersAsOpenAi(name: string): boolean {
  return !isWorkersAi(name) || /^@cf\/(openai|moonshotai|zai-org|nvidia)\//.test(name);
}

/** Counts tokens, at about four characters each: a number to look at, not to bill by. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function asText(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content ?? "");
}

function json(status: number, body: unknown): ModelReply {
  return { status, body: JSON.stringify(body) };
}
