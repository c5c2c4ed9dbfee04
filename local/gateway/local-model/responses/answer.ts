/** Answers requests in OpenAI's Responses format. */
import type { ModelReply } from "../../model.ts";
import { decide } from "../decide.ts";
import { streamed, whole } from "../stream.ts";
import { readResponsesRequest } from "./request.ts";
import { toResponse } from "./response.ts";
import { responseEvents } from "./stream.ts";

/** Answers a request. Throws a ModelRefusal. */
export function answerResponses(model: string, inputs: unknown): ModelReply {
  const request = readResponsesRequest(model, inputs);
  const response = toResponse(request, decide(request.view));
  return request.fields.stream === true ? streamed(responseEvents(response)) : whole(response);
}
