/** Anthropic's Messages, as callers and as models speak it. */
import type { CallerFormat, ModelFormat } from "../format.ts";
import { forwardMessagesRequest } from "./forward-request.ts";
import { MessagesMender, mendMessage } from "./mend.ts";
import { readMessagesAnswer } from "./read-answer.ts";
import { readMessagesRequest } from "./read-request.ts";
import { MessagesReader } from "./stream-reader.ts";
import { MessagesWriter } from "./stream-writer.ts";
import { writeMessagesAnswer } from "./write-answer.ts";
import { writeMessagesRequest } from "./write-request.ts";

/** The side of callers. */
export const messagesCaller: CallerFormat = {
  name: "messages",
  readRequest: readMessagesRequest,
  writeAnswer: writeMessagesAnswer,
  openStream: (head) => new MessagesWriter(head),
};

/** The side of models. */
export const messagesModel: ModelFormat = {
  writeRequest: writeMessagesRequest,
  forwardRequest: forwardMessagesRequest,
  readAnswer: readMessagesAnswer,
  openStream: (model) => new MessagesReader(model),
  takes: "messages",
  passing: { mendAnswer: mendMessage, openStream: () => new MessagesMender() },
  hasCustomTools: false,
};
