/**
 * The formats of Workers AI's own models: requests in a dialect of OpenAI's chat format, and answers in
 * that format or, of older models, in the platform's own.
 */
import type { ModelFormat } from "../format.ts";
import { chatModel, ownFields } from "../openai-chat/openai-chat.ts";
import { writeChatRequest } from "../openai-chat/write-request.ts";
import { toWorkersAi } from "./write-request.ts";

export const workersAiModel: ModelFormat = {
  ...chatModel,
  hasCustomTools: false,
  writeRequest: (conversation, model, isStreamed) =>
    toWorkersAi(writeChatRequest(conversation, model), isStreamed),
  forwardRequest: (request, _model, isRequested) =>
    toWorkersAi(ownFields(request, isRequested), request.isStreamed),
};
