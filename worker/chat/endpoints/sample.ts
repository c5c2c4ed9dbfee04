import type { CallerFormat } from "../formats/format.ts";
import { chatCaller } from "../formats/openai-chat/openai-chat.ts";
import { writeUsage } from "../formats/openai-chat/usage.ts";
import { converse } from "./converse.ts";
import type { Endpoint } from "./endpoint.ts";

const PROMPT = "In one sentence: what does an AI gateway do?";

/** Answers one sample prompt, for a first look with a browser. */
export const sample: Endpoint = {
  method: "GET",
  path: "/",
  isGated: true,
  operation: "chat",
  answer(context) {
    const model = context.var.models[0]?.id ?? "";
    const messages = [{ role: "user", content: PROMPT }];
    return converse(context, sampleFormat, JSON.stringify({ model, messages }));
  },
};

/** OpenAI's chat format, with an answer that a person reads. */
const sampleFormat: CallerFormat = {
  ...chatCaller,
  writeAnswer: ({ content, usage }, { eventId, model, logId }) => ({
    prompt: PROMPT,
    answer: content.map((item) => (item.type === "text" ? item.text : "")).join(""),
    model,
    usage: usage && writeUsage(usage),
    logId,
    eventId,
  }),
};
