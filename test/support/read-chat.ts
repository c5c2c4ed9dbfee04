/** Reads chat requests as the Worker does, without a runtime. */
import { inputsOf } from "../../worker/chat/endpoints/converse.ts";
import type { Model } from "../../worker/chat/env.ts";
import { chatCaller } from "../../worker/chat/formats/openai-chat/openai-chat.ts";
import { findModel } from "../../worker/chat/models/choice.ts";
import { modelOf } from "./models.ts";

/** Reads a request to these models; `inputsFor` makes what one of them gets. */
export function readChat(body: string, models: readonly Model[]) {
  const request = chatCaller.readRequest(body, { ALLOW: [] });
  const requested = findModel(models, request.model);
  return {
    ...request,
    inputsFor(id: string): object {
      const isRequested = id === requested.id;
      const inputs = inputsOf(request, { caller: chatCaller, model: modelOf(id), isRequested });
      return Object(JSON.parse(JSON.stringify(inputs)));
    },
  };
}
