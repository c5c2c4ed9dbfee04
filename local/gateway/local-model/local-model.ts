/**
 * A small deterministic model in place of every provider's. It imitates the form of each, with the
 * refusals of the real one, and shares no code with the Worker's formats: so it proves them.
 * What it answers: decide.ts.
 */
import type { Wire } from "../../../policy/settings/wires.ts";
import { isWorkersAi } from "../../../policy/platform.ts";
import { formOf, type Model, type ModelReply } from "../model.ts";
import { answerChat } from "./chat/answer.ts";
import { answerEmbeddings, isEmbeddingModel } from "./embeddings.ts";
import { answerMessages } from "./messages/answer.ts";
import { ModelRefusal } from "./refusal.ts";
import { answerResponses } from "./responses/answer.ts";
import { answerWorkersAi } from "./workers-ai.ts";

/** Answers one call in the form of one provider. Throws a ModelRefusal. */
type Answerer = (name: string, inputs: unknown) => ModelReply;

const ANSWERERS: Readonly<Record<Wire, Answerer>> = {
  "workers-ai": answerWorkersAi,
  chat: answerChat,
  responses: answerResponses,
  messages: answerMessages,
};

/** The local model. It costs nothing and needs nothing. */
export const localModel: Model = async (name, inputs, wire) => {
  // A model of Workers AI has its own form, whichever way a request comes.
  const form = isWorkersAi(name) ? formOf(name, inputs) : (wire ?? formOf(name, inputs));
  const answer = isEmbeddingModel(name) ? answerEmbeddings : ANSWERERS[form];
  try {
    return answer(name, inputs);
  } catch (error) {
    if (error instanceof ModelRefusal) return error.reply;
    throw error;
  }
};
