/**
 * A small deterministic model in place of every provider's. It imitates the format of each, with the
 * refusals of the real one, and shares no code with the Worker's formats: so it proves them.
 * What it answers: decide.ts.
 */
import { isEmbeddingModel, type FormatName } from "../../../policy/settings/formats.ts";
import { isWorkersAi } from "../../../policy/platform.ts";
import { formatOfRequest, namesNoModel, type Model, type ModelReply } from "../model.ts";
import { answerChat } from "./chat/answer.ts";
import { answerEmbeddings } from "./embeddings.ts";
import { answerMessages } from "./messages/answer.ts";
import { ModelRefusal, refuseModel } from "./refusal.ts";
import { answerResponses } from "./responses/answer.ts";
import { answerCompatible, answerWorkersAi } from "./workers-ai.ts";

/** Answers one call in the format of one provider. Throws a ModelRefusal. */
type Answerer = (name: string, inputs: unknown) => ModelReply;

const ANSWERERS: Readonly<Record<FormatName, Answerer>> = {
  "workers-ai": answerWorkersAi,
  chat: answerChat,
  responses: answerResponses,
  messages: answerMessages,
};

/**
 * The local model. It costs nothing and needs nothing, and knows every model but those whose name
 * says that it is none.
 */
export const localModel: Model = async (name, inputs, asked) => {
  const format = asked ?? formatOfRequest(name, inputs);
  try {
    if (namesNoModel(name)) throw refuseModel(name, isWorkersAi(name) ? "workers-ai" : format);
    if (isEmbeddingModel(name)) return answerEmbeddings(name, inputs, asked);
    if (isWorkersAi(name) && format === "chat") return answerCompatible(name, inputs);
    return ANSWERERS[format](name, inputs);
  } catch (error) {
    if (error instanceof ModelRefusal) return error.reply;
    throw error;
  }
};
