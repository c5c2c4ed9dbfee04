/** OpenAI's Responses format: https://platform.openai.com/docs/api-reference/responses */
import type { CallerFormat, ModelFormat } from "../format.ts";
import { forwardRequest } from "./forward.ts";
import { mendResponse, ResponsesMender } from "./mend.ts";
import { readResponsesAnswer } from "./read-answer.ts";
import { readResponsesRequest } from "./request.ts";
import { writeResponsesAnswer } from "./response.ts";
import { ResponsesStreamReader } from "./stream-reader.ts";
import { ResponsesStreamWriter } from "./stream-writer.ts";
import { writeResponsesRequest } from "./write-request.ts";

/** The format as callers speak it. */
export const responsesCaller: CallerFormat = {
  name: "responses",
  readRequest: readResponsesRequest,
  writeAnswer: writeResponsesAnswer,
  openStream: (head) => new ResponsesStreamWriter(head),
};

/** The format as models speak it. */
export const responsesModel: ModelFormat = {
  takes: "responses",
  passing: { mendAnswer: (body) => mendResponse(body), openStream: () => new ResponsesMender() },
  hasCustomTools: true,
  writeRequest(conversation, model, isStreamed) {
    const fields = writeResponsesRequest(conversation, model);
    return isStreamed ? { ...fields, stream: true } : fields;
  },
  forwardRequest,
  readAnswer: readResponsesAnswer,
  openStream: (model) => new ResponsesStreamReader(model),
};
