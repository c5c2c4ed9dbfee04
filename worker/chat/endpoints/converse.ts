/** Answers a conversation: read in the caller's format, asked in the model's, answered in the caller's. */
import type { Context } from "hono";

import type { App } from "../context.ts";
import type { Model } from "../env.ts";
import type { AnswerHead, CallerFormat, ChatRequest, ModelFormat } from "../formats/format.ts";
import { asFunctions, customNames } from "../formats/custom-tools.ts";
import { MODEL_FORMATS } from "../formats/formats.ts";
import { readWhole } from "../formats/read-whole.ts";
import { openStream } from "../formats/open-stream.ts";
import { readBody } from "../gate/body.ts";
import { nameIgnored } from "../line/ignored-fields.ts";
import { isMeasured, noteUsage } from "../line/measures.ts";
import { lineIds, type RequestLine } from "../line/request-line.ts";
import { streamAnswer } from "../line/stream-answer.ts";
import { findModel, withFallbacks } from "../models/choice.ts";
import { callModels } from "../models/request.ts";
import type { Endpoint } from "./endpoint.ts";

/** Makes the endpoint that answers requests in a caller's format. */
export function conversationAt(
  path: string,
  caller: CallerFormat,
  more: Pick<Endpoint, "errorBody" | "operation"> = {},
): Endpoint {
  return {
    method: "POST",
    path,
    isGated: true,
    operation: "chat",
    answer: async (context) => converse(context, caller, await readBody(context)),
    ...more,
  };
}

/** Answers a request whose body is in the caller's format, whole or streamed. */
export async function converse(
  context: Context<App>,
  caller: CallerFormat,
  body: string,
): Promise<Response> {
  const variables = context.var;
  const { env, line, measures, models } = variables;
  const request = caller.readRequest(body, env);
  nameIgnored(context, request.ignored);
  const requested = findModel(models, request.model);
  measures.isStreamed = request.isStreamed;
  const call = {
    models: withFallbacks(env, models, requested),
    inputsFor: (model: Model) =>
      inputsOf(request, { caller, model, isRequested: model.id === requested.id }),
    isStreamed: request.isStreamed,
  };
  const wayOf = (model: Model) => ({
    caller,
    format: MODEL_FORMATS[model.speaks],
    model,
    head: headOf(line, model, request),
    // Without telemetry nothing looks at the parts of a stream that passes as it came.
    ...(isMeasured(env) && { onUsage: noteUsage(measures) }),
  });
  if (!request.isStreamed) {
    const read = (response: Response, model: Model) => readWhole(response, wayOf(model));
    return context.json(await callModels(variables, { ...call, read }));
  }
  const read = (response: Response, model: Model, isLast: boolean) =>
    openStream(response, { ...wayOf(model), isLast, idleMs: env.IDLE_MS });
  return streamAnswer(context, await callModels(variables, { ...call, read }));
}

function headOf(line: RequestLine, model: Model, request: ChatRequest): AnswerHead {
  const { eventId, logId } = line;
  const created = Math.floor(Date.now() / 1000);
  return { eventId, logId, model: model.id, created, request, ids: lineIds(line) };
}

interface Target {
  readonly caller: CallerFormat;
  readonly model: Model;
  readonly isRequested: boolean;
}

/** Makes a model's inputs: the request's own fields where it speaks the caller's format. */
export function inputsOf(request: ChatRequest, { caller, model, isRequested }: Target): object {
  const format: ModelFormat = MODEL_FORMATS[model.speaks];
  const { conversation, isStreamed } = request;
  const hasCustom = !format.hasCustomTools && customNames(conversation).size > 0;
  if (caller.name === format.takes && !hasCustom) {
    return format.forwardRequest(request, model, isRequested);
  }
  const held = hasCustom ? asFunctions(conversation) : conversation;
  return format.writeRequest(held, model, isStreamed);
}
