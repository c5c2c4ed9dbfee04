/** Reads a chat request: the model, its inputs, and whether the answer is streamed. */
import { isWorkersAi } from "../../models/call.ts";
import { badRequest, readRequest, requireModel } from "../../refusal.ts";
import { toWorkersAi } from "../workers-ai/chat-inputs.ts";
import type { Message } from "./messages.ts";
import { chatRequest, UNSUPPORTED, type ChatInputs } from "./request.ts";

/** A checked chat request. */
export interface Chat {
  readonly model: string;
  /** Makes the inputs of one model: a fallback may take other fields than the requested model. */
  readonly inputsFor: (model: string) => object;
  /** The stream's options; undefined where the answer is sent whole. */
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
    inputsFor: (target) => withoutAbsent(isWorkersAi(target) ? toWorkersAi(wanted) : wanted),
    stream: stream === true ? { includeUsage: stream_options?.include_usage === true } : undefined,
  };
}

/**
 * Refuses images by address: Workers AI's models fetch nothing, and the Worker fetches no address
 * that a caller names.
 */
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
