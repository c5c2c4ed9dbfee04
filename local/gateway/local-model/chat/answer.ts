/** Writes whole answers in OpenAI's chat format, and answers requests in it. */
import type {
  ChatCompletion,
  ChatCompletionMessage,
  ChatCompletionMessageToolCall,
} from "openai/resources/chat/completions";

import type { ModelReply } from "../../model.ts";
import { decide, type Call, type Decision } from "../decide.ts";
import { streamed, whole } from "../stream.ts";
import { callId, chatUsage, finishReason, shownThought } from "./parts.ts";
import { readChatRequest } from "./request.ts";
import { chatEvents } from "./stream.ts";

/** Answers a request of a third party's model. Throws a ModelRefusal. */
export function answerChat(model: string, inputs: unknown): ModelReply {
  const { view, isStreamed, includesUsage } = readChatRequest(model, inputs);
  const decision = decide(view);
  if (!isStreamed) return whole(chatCompletion(model, decision));
  return streamed(chatEvents(model, decision, includesUsage ? "chunk" : "none"));
}

/** Writes a whole answer. */
export function chatCompletion(model: string, decision: Decision): ChatCompletion {
  return {
    id: `chatcmpl-${decision.id}`,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [
      {
        index: 0,
        message: toMessage(model, decision),
        finish_reason: finishReason(decision),
        logprobs: null,
      },
    ],
    usage: chatUsage(decision),
  };
}

function toMessage(model: string, decision: Decision): ChatCompletionMessage {
  const { text, calls } = decision;
  return {
    role: "assistant",
    content: calls.length > 0 ? null : text,
    refusal: null,
    ...shownThought(model, decision),
    ...(calls.length > 0 && { tool_calls: calls.map(toCall) }),
  };
}

function toCall(call: Call): ChatCompletionMessageToolCall {
  const { name, input, isCustom } = call;
  const id = callId(call);
  if (isCustom) return { id, type: "custom", custom: { name, input } };
  return { id, type: "function", function: { name, arguments: input } };
}
