/** Puts the text of a streamed answer together, whatever the form of its events. */
import { z } from "zod";

import { parseJson } from "../../policy/json.ts";
import { dataOf } from "./events.ts";

const text = z.string();
/** Where an event of each form has its piece of the answer's text. */
const pieces = z.union([
  // OpenAI's chat form.
  z
    .object({ choices: z.array(z.object({ delta: z.object({ content: text }) })).min(1) })
    .transform(({ choices }) => choices[0]?.delta.content),
  // Workers AI's own form.
  z.object({ response: text }).transform(({ response }) => response),
  // OpenAI's Responses form.
  z
    .object({ type: z.literal("response.output_text.delta"), delta: text })
    .transform(({ delta }) => delta),
  // Anthropic's Messages form.
  z
    .object({ type: z.literal("content_block_delta"), delta: z.object({ text }) })
    .transform(({ delta }) => delta.text),
]);

/**
 * Returns the text of a stream, without calls of tools and thoughts; undefined for a body that is
 * no stream, or has no text.
 */
export function streamText(body: string): string | undefined {
  const all = dataOf(body).map((data) => pieces.safeParse(parseJson(data)).data ?? "");
  return all.join("") || undefined;
}
