import { readCompletion } from "../formats/openai-chat/completion.ts";
import { callModels, withFallbacks } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

const PROMPT = "In one sentence: what does an AI gateway do?";

/** Answers one sample prompt, for a first look with a browser. */
export const sample: Endpoint = {
  method: "GET",
  path: "/",
  isGated: true,
  usesModel: true,
  async answer(context) {
    const { env, line } = context.var;
    const inputsFor = () => ({ messages: [{ role: "user", content: PROMPT }] });
    const models = withFallbacks(env, env.MODELS[0].id);
    const response = await callModels(context.var, { models, inputsFor });
    const { choices, model, usage } = await readCompletion(response, line);
    return context.json({
      prompt: PROMPT,
      answer: choices[0]?.message.content,
      model,
      usage,
      logId: line.logId,
      eventId: line.eventId,
    });
  },
};
