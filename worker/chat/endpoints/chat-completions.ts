import { chatCaller } from "../formats/openai-chat/openai-chat.ts";
import { conversationAt } from "./converse.ts";

/** Answers a chat in OpenAI's protocol, whole or streamed. */
export const chatCompletions = conversationAt("/v1/chat/completions", chatCaller);
