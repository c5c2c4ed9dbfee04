/** What a chat request makes of a call: the model, its inputs, and whether the answer is streamed. */
import { isWorkersAi } from "../../models/call.ts";
import { badRequest, readRequest, requireModel } from "../../refusal.ts";
import { toWorkersAi } from "../workers-ai/chat-inputs.ts";
import type { Message } from "./messages.ts";
import { chatRequest, UNSUPPORTED, type ChatInputs } from "./request.ts";

export interface Chat {
  readonly model: string;
  /** A fallback may take other fields than the model that was asked. */
  readonly inputsFor: (model: string) => object;
  /** Undefined where the answer is wanted whole. */
  readonly stream: { readonly includeUsage: boolean } | undefined;
}

/** Reads the body of a chat request. Throws a RefusalError for what cannot be served. */
export function readChat(body: string, models: readonly string[]): Chat {
  const request = readRequest(body, chatRequest, UNSUPPORTED);
  const { model, stream, stream_options, max_tokens, ...inputs } = request;
  requireModel(model, models);
  if (isWorkersAi(model)) requireWholeImages(inputs.messages);
  const wanted: ChatInputs = {
    ...inputs,
    max_completion_tokens: inputs.max_completion_tokens ?? max_tokens,
    ...(stream === true && { stream }),
  };
  return {
    model,
    inputsFor: (asked) => withoutAbsent(isWorkersAi(asked) ? toWorkersAi(wanted) : wanted),
    stream: stream === true ? { includeUsage: stream_options?.include_usage === true } : undefined,
  };
}

/** Workers AI's models fetch nothing, and the Worker fetches no address that a caller names. */
function requireWholeImages(messages: readonly Message[]): void {
  for (const [index, { content }] of messages.entries()) {
    if (!Array.isArray(content)) continue;
    const part = content.findIndex(
      (each) => each.type === "image_url" && !/^data:/i.test(each.image_url.url),
    );
    if (part === -1) continue;
    const path = `messages.${index}.content.${part}.image_url.url`;
    throw badRequest(
      "invalid_value",
      `${path}: Workers AI's models take no address; send the image itself as data:image/png;base64,…`,
      path,
    );
  }
}

function withoutAbsent(inputs: object): object {
  return Object.fromEntries(
    Object.entries(inputs).filter(([, value]) => value !== undefined && value !== null),
  );
}
