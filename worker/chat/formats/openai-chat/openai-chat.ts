/** OpenAI's chat format: https://platform.openai.com/docs/api-reference/chat */
import type { CallerFormat, ChatRequest, ModelFormat } from "../format.ts";
import { readChatAnswer } from "./read-answer.ts";
import { readChatRequest } from "./read-request.ts";
import { withoutReasoning } from "./reasoning.ts";
import type { ChatFields } from "./request.ts";
import { ChatStreamReader } from "./stream-reader.ts";
import { ChatStreamWriter } from "./stream-writer.ts";
import { writeChatAnswer } from "./write-answer.ts";
import { writeChatRequest } from "./write-request.ts";

/** The format as callers speak it. */
export const chatCaller: CallerFormat = {
  name: "chat",
  readRequest: readChatRequest,
  writeAnswer: writeChatAnswer,
  openStream: (head) => new ChatStreamWriter(head),
};

/** The format as third parties' models speak it. */
export const chatModel: ModelFormat = {
  takes: "chat",
  hasCustomTools: true,
  writeRequest(conversation, model, isStreamed) {
    const fields = writeChatRequest(conversation, model);
    // The other formats report usage in every stream.
    return isStreamed ? { ...fields, stream: true, stream_options: WITH_USAGE } : fields;
  },
  forwardRequest(request, _model, isRequested) {
    const { max_tokens, ...fields } = ownFields(request, isRequested);
    const max_completion_tokens = fields.max_completion_tokens ?? max_tokens;
    const { isStreamed } = request;
    return { ...fields, max_completion_tokens, ...(isStreamed && { stream: true }) };
  },
  readAnswer: readChatAnswer,
  openStream: () => new ChatStreamReader(),
};

const WITH_USAGE = { include_usage: true };

/** Returns a request's fields, without what another model than the requested one must not get. */
export function ownFields({ fields }: ChatRequest, isRequested: boolean): ChatFields {
  if (!isChat(fields)) throw new Error("the request is not in OpenAI's chat format");
  return isRequested ? fields : { ...fields, messages: fields.messages.map(withoutReasoning) };
}

/** Returns whether fields are a chat's, which `readChatRequest` has checked. */
function isChat(fields: object): fields is ChatFields {
  return "messages" in fields;
}
