import type { FormatName } from "./conversation.ts";
import { messagesModel } from "./anthropic-messages/messages.ts";
import type { ModelFormat } from "./format.ts";
import { chatModel } from "./openai-chat/openai-chat.ts";
import { responsesModel } from "./openai-responses/openai-responses.ts";
import { workersAiModel } from "./workers-ai/workers-ai.ts";

/** The formats that models speak. */
export const MODEL_FORMATS: Readonly<Record<FormatName, ModelFormat>> = {
  "workers-ai": workersAiModel,
  chat: chatModel,
  responses: responsesModel,
  messages: messagesModel,
};
