/**
 * A small deterministic model in place of every provider's. It imitates the form of each, with the
 * refusals of the real one, and shares no code with the Worker's formats: so it proves them.
 * What it answers: decide.ts.
 */
import { isEmbeddingModel, type Wire } from "../../../policy/settings/wires.ts";
import { isWorkersAi } from "../../../policy/platform.ts";
import { formOf, type Model, type ModelReply } from "../model.ts";
import { answerChat } from "./chat/answer.ts";
import { answerEmbeddings } from "./embeddings.ts";
import { answerMessages } from "./messages/answer.ts";
import { ModelRefusal, refuseModel } from "./refusal.ts";
import { answerResponses } from "./responses/answer.ts";
import { answerCompatible, answerWorkersAi } from "./workers-ai.ts";

/** Answers one call in the form of one provider. Throws a ModelRefusal. */
type Answerer = (name: string, inputs: unknown) => ModelReply;

const ANSWERERS: Readonly<Record<Wire, Answerer>> = {
  "workers-ai": answerWorkersAi,
  chat: answerChat,
  responses: answerResponses,
  messages: answerMessages,
};

/**
 * The local model. It costs nothing and needs nothing, and knows every model but those whose name
 * says that it is none.
 */
export const localModel: Model = async (name, inputs, wire) => {
  const form = wire ?? formOf(name, inputs);
  try {
    if (UNKNOWN.test(name)) throw refuseModel(name, isWorkersAi(name) ? "workers-ai" : form);
    if (isEmbeddingModel(name)) return answerEmbeddings(name, inputs, wire);
    if (isWorkersAi(name) && form === "chat") return answerCompatible(name, inputs);
    return ANSWERERS[form](name, inputs);
  } catch (error) {
    if (error instanceof ModelRefusal) return error.reply;
    throw error;
  }
};

// So that a test can name a model that is not there.
const UNKNOWN = /no-such|non-?existent|not-exist|not-a-real/;
