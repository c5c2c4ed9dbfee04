/** Reads a whole answer in Anthropic's Messages format. */
import * as v from "valibot";

import type { Model } from "../../env.ts";
import { readAs } from "../../models/response.ts";
import type { Answer, AnswerContent } from "../conversation.ts";
import { AnswerError } from "../format.ts";
import { findError } from "../model-error.ts";
import { wrapProof } from "./signature.ts";
import { readReason } from "./stop-reason.ts";
import { readUsage } from "./usage.ts";

const text = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const block = v.variant("type", [
  v.object({ type: v.literal("text"), text }),
  v.object({
    type: v.literal("thinking"),
    thinking: v.string(),
    signature: v.nullish(v.string()),
  }),
  v.object({ type: v.literal("redacted_thinking"), data: v.string() }),
  v.object({
    type: v.literal("tool_use"),
    id: v.nullish(v.string()),
    name: v.pipe(v.string(), v.minLength(1)),
    input: v.optional(v.unknown()),
  }),
]);

const shape = v.object({
  // Some servers give a text in place of the blocks.
  content: v.union([v.array(v.looseObject({ type: v.string() })), v.string()]),
  stop_reason: v.nullish(v.string()),
  stop_details: v.nullish(v.object({ explanation: v.nullish(v.string()) })),
  usage: v.optional(v.unknown()),
});

/** Reads a whole answer; undefined where the body has another format. Throws an AnswerError. */
export function readMessagesAnswer(body: unknown, model: Model): Answer | undefined {
  const error = findError(body);
  if (error !== undefined) throw new AnswerError(error);
  const answer = readAs(shape, body);
  if (answer === undefined) return undefined;
  const { content, stop_details } = answer;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const explanation = stop_details?.explanation;
  return {
    content: [
      ...blocks.flatMap((each) => readBlock(each, model)),
      ...(explanation ? [{ type: "refusal", text: explanation } as const] : []),
    ],
    reason: readReason(answer.stop_reason),
    usage: readUsage(answer.usage),
  };
}

/** Reads a block. One of a tool of the provider's is nothing to a caller of another format. */
function readBlock(given: unknown, model: Model): readonly AnswerContent[] {
  const read = readAs(block, given);
  if (read === undefined) return [];
  if (read.type === "text") return read.text === "" ? [] : [read];
  if (read.type === "redacted_thinking") {
    return [{ type: "reasoning", text: "", opaque: wrapProof(model.id, { data: read.data }) }];
  }
  if (read.type === "thinking") {
    const { thinking, signature } = read;
    const opaque = signature ? wrapProof(model.id, { signature }) : undefined;
    return [{ type: "reasoning", text: thinking, ...(opaque !== undefined && { opaque }) }];
  }
  const { id, name, input } = read;
  return [{ type: "call", id: id ?? "", name, input: readInput(input) }];
}

/** Reads arguments, which some servers give as the text of their JSON. */
function readInput(input: unknown): string {
  return typeof input === "string" ? input : JSON.stringify(input ?? {});
}
