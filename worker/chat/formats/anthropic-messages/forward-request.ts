/** Passes a request on to a model that speaks Anthropic's Messages itself. */
import type { Model } from "../../env.ts";
import type { ChatRequest } from "../format.ts";
import { isPlain, unwrapProof } from "./signature.ts";

interface Fields {
  readonly tools?: readonly object[];
  readonly messages?: readonly { readonly content: string | readonly object[] }[];
}

/**
 * Makes a model's inputs of a request's own fields, unchanged but for what proves reasoning: that of
 * another model is taken out, since no model accepts what it did not sign.
 */
export function forwardMessagesRequest(
  { fields, isStreamed }: ChatRequest,
  model: Model,
  isRequested: boolean,
): object {
  const { messages = [], tools }: Fields = fields;
  return {
    ...fields,
    ...(tools && { tools: tools.map(withoutNull) }),
    messages: messages.flatMap((message) => {
      if (typeof message.content === "string") return [message];
      const content = message.content.flatMap((block) => forwardBlock(block, model, isRequested));
      // No message may be empty.
      return content.length === 0 ? [] : [{ ...message, content }];
    }),
    ...(isStreamed && { stream: true }),
  };
}

interface Block {
  readonly type?: string;
  readonly signature?: string;
  readonly data?: string;
}

/** Leaves out nulls, which clients write for what is absent. */
function withoutNull(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function forwardBlock(block: Block, model: Model, isRequested: boolean): readonly object[] {
  const { type, signature, data } = block;
  if (type !== "thinking" && type !== "redacted_thinking") return [block];
  const given = type === "thinking" ? signature : data;
  if (isPlain(given)) return isRequested ? [block] : [];
  const proof = unwrapProof(model.id, given ?? "");
  if (proof === undefined) return [];
  return ["data" in proof ? { type: "redacted_thinking", ...proof } : { ...block, ...proof }];
}
