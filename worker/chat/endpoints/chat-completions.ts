import { answerHead } from "../formats/openai-chat/answer.ts";
import { readChat } from "../formats/openai-chat/chat.ts";
import { readCompletion } from "../formats/openai-chat/completion.ts";
import { toChunkStream } from "../formats/openai-chat/stream.ts";
import { lineIds } from "../line/request-line.ts";
import { streamAnswer } from "../line/stream-answer.ts";
import { callModels, withFallbacks } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

/** Answers a chat in OpenAI's protocol, whole or streamed. */
export const chatCompletions: Endpoint = {
  method: "POST",
  path: "/v1/chat/completions",
  isGated: true,
  usesModel: true,
  async answer(context) {
    const { env, line } = context.var;
    const chat = readChat(
      await context.req.text(),
      env.MODELS.map(({ id }) => id),
    );
    const models = withFallbacks(env, chat.model);
    const response = await callModels(context.var, { ...chat, models });
    const { stream } = chat;
    if (stream === undefined) return context.json(await readCompletion(response, line));
    const head = answerHead("chat.completion.chunk", line);
    return streamAnswer(context, response, (body, onEnd) =>
      toChunkStream(body, { head, ids: lineIds(line), ...stream }, onEnd),
    );
  },
};
