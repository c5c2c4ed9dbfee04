/** What stands behind the local gateway: a small deterministic model, or any server that speaks OpenAI's protocol. */
import { z } from "zod";

export interface ModelReply {
  readonly status: number;
  /** Text of JSON. */
  readonly body: string;
}

/** Rejects when no answer came. */
export type Model = (name: string, inputs: unknown) => Promise<ModelReply>;

const chatInputs = z.object({
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })).min(1),
});

/** Repeats what it was told, in the shape in which Workers AI's model of that name answers. Costs nothing, needs nothing. */
export const localModel: Model = async (name, inputs) => {
  const parsed = chatInputs.safeParse(inputs);
  if (!parsed.success) {
    return json(400, {
      errors: [{ code: 5004, message: "Invalid input: messages must be a list of messages" }],
    });
  }
  const { messages } = parsed.data;
  const prompt = asText(messages.findLast(({ role }) => role === "user")?.content);
  const answer = `This is the local model, standing in for ${name}. You said: ${prompt}`;
  const usage = {
    prompt_tokens: messages.reduce((sum, { content }) => sum + countTokens(asText(content)), 0),
    completion_tokens: countTokens(answer),
  };
  const total = { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens };
  if (!answersAsOpenAi(name)) return json(200, { response: answer, usage: total });
  return json(200, {
    id: "chatcmpl-local",
    object: "chat.completion",
    model: name,
    choices: [{ index: 0, message: { role: "assistant", content: answer }, finish_reason: "stop" }],
    usage: total,
  });
};

/**
 * A server with OpenAI's protocol, for example Ollama at http://127.0.0.1:11434/v1, asked for the first model it lists.
 * Rejects when the server does not list one within ten seconds.
 */
export async function connectUpstream(base: URL): Promise<Model> {
  const root = base.href.replace(/\/$/, "");
  const response = await fetch(`${root}/models`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET ${root}/models answers ${response.status}`);
  const list = modelList.safeParse(await response.json());
  const model = list.data?.data[0]?.id;
  if (model === undefined) throw new Error(`GET ${root}/models lists no model`);

  return async (_name, inputs) => {
    const answer = await fetch(`${root}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(inputs), model }),
    });
    const body = await answer.text();
    // The gateway answers 2005 whatever the reason was; the person at the keyboard wants the reason.
    if (!answer.ok) console.error(`upstream answered ${answer.status}: ${body.slice(0, 500)}`);
    return { status: answer.status, body };
  };
}

const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Seen of Workers AI's models: newer families answer with `choices`, older ones with `response`. */
function answersAsOpenAi(name: string): boolean {
  return /^@cf\/(openai|moonshotai|zai-org|nvidia)\//.test(name);
}

/** About four characters a token: a count to look at, not to bill by. */
function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

function asText(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content ?? "");
}

function json(status: number, body: unknown): ModelReply {
  return { status, body: JSON.stringify(body) };
}
