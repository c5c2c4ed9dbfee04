/** Probes whether the streams of a stack's models are clean, so that they could pass unread. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { CallerFormatName } from "../../policy/settings/formats.ts";
import { answered, notAnswered } from "./answer.ts";
import { askModels, describeOutcomes, inputsOf, type Outcome, type SpokenModel } from "./models.ts";
import type { Scratch } from "./scratch.ts";
import { findFault } from "./stream-judge/stream-judge.ts";

const QUESTION = "stream-format";

/**
 * Asks each model for one short stream, with a tool that it may call. The verdict is on models whose
 * streams pass unread; where the stack has none, no promise rests on any, and none is broken.
 */
export async function probeStreams(
  scratch: Scratch,
  models: readonly SpokenModel[],
  token: string,
): Promise<EvidenceAnswer> {
  const outcomes = await askModels(scratch, models, { token, inputs: INPUTS, judge });
  const native = outcomes.filter(({ model }) => model.stream === "native");
  const asked = native.length > 0 ? native : outcomes;
  const isAll = asked.every(({ verdict }) => verdict === "kept");
  const isBroken = native.some(({ verdict }) => verdict === "broken");
  const seen = describeOutcomes("streamed cleanly", outcomes);
  const answer =
    isAll || isBroken
      ? answered(QUESTION, isAll ? "kept" : "broken", seen)
      : notAnswered(QUESTION, seen);
  const verdicts = outcomes.map(({ model: { id, speaks }, verdict }) => ({ id, speaks, verdict }));
  return { ...answer, models: verdicts };
}

const SCHEMA = { type: "object", properties: { at: { type: "number" } }, required: ["at"] };
const LOOK = { name: "look", description: "Looks at a number." };
const SHORT = inputsOf(
  "Count to five in words, then call the tool look once, with at set to 5.",
  200,
);

const INPUTS: Readonly<Record<CallerFormatName, object>> = {
  chat: {
    ...SHORT.chat,
    tools: [{ type: "function", function: { ...LOOK, parameters: SCHEMA } }],
    stream: true,
    stream_options: { include_usage: true },
  },
  responses: {
    ...SHORT.responses,
    tools: [{ type: "function", ...LOOK, parameters: SCHEMA, strict: false }],
    stream: true,
  },
  messages: { ...SHORT.messages, tools: [{ ...LOOK, input_schema: SCHEMA }], stream: true },
};

function judge(
  { status, headers }: Response,
  text: string,
  { speaks }: SpokenModel,
): Omit<Outcome, "model"> {
  if (status !== 200) return { verdict: "unknown", seen: `is refused with ${status}` };
  const isStream = /^text\/event-stream/i.test(headers.get("content-type") ?? "");
  const fault = isStream ? findFault(speaks, text) : "it is no stream";
  if (fault !== undefined) return { verdict: "broken", seen: `is not clean: ${fault}` };
  const call = text.includes(LOOK.name) ? "with a call" : "without a call";
  return { verdict: "kept", seen: `is clean, ${call}` };
}
