/** Reads chat requests as the Worker does, without a runtime. */
import { wireOf } from "../../policy/gateway/models.ts";
import { inputsOf } from "../../worker/chat/endpoints/converse.ts";
import type { Model } from "../../worker/chat/env.ts";
import { readEmbeddingRequest } from "../../worker/chat/formats/openai-embeddings/request.ts";
import { chatCaller } from "../../worker/chat/formats/openai-chat/openai-chat.ts";
import { findModel } from "../../worker/chat/models/choice.ts";

/** Makes a model that speaks what its provider's models speak. */
export function modelOf(id: string): Model {
  return { id, speaks: wireOf(id) };
}

/** Reads an embedding request to models with these ids. */
export function readEmbeddings(body: string, ids: readonly string[]) {
  return readEmbeddingRequest(body, ids.map(modelOf));
}

/** Reads a request to models with these ids; `inputsFor` makes what one of them gets. */
export function readChat(body: string, ids: readonly string[]) {
  const request = chatCaller.readRequest(body, { ALLOW: [] });
  const requested = findModel(ids.map(modelOf), request.model);
  return {
    ...request,
    inputsFor(id: string): object {
      const isRequested = id === requested.id;
      const inputs = inputsOf(request, { caller: chatCaller, model: modelOf(id), isRequested });
      return Object(JSON.parse(JSON.stringify(inputs)));
    },
  };
}
