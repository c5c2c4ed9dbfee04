/** Probes whether the streams of a stack's models are clean, so that they could pass unread. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { CallerFormatName } from "../../policy/settings/formats.ts";
import { count } from "../../policy/words.ts";
import { answered, notAnswered, seenOf } from "./answer.ts";
import { runModel, type SpokenModel } from "./formats.ts";
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
  const outcomes: Outcome[] = [];
  for (const model of models) outcomes.push(await ask(scratch, model, token));
  const native = outcomes.filter(({ model }) => model.stream === "native");
  const asked = native.length > 0 ? native : outcomes;
  const isAll = asked.every(({ verdict }) => verdict === "kept");
  const isBroken = native.some(({ verdict }) => verdict === "broken");
  const seen = describe(outcomes);
  const answer =
    isAll || isBroken
      ? answered(QUESTION, isAll ? "kept" : "broken", seen)
      : notAnswered(QUESTION, seen);
  const verdicts = outcomes.map(({ model: { id, speaks }, verdict }) => ({ id, speaks, verdict }));
  return { ...answer, models: verdicts };
}

interface Outcome {
  readonly model: SpokenModel;
  readonly verdict: EvidenceAnswer["verdict"];
  readonly seen: string;
}

/** Describes what was seen, trouble first. */
function describe(outcomes: readonly Outcome[]): string {
  const clean = outcomes.filter(({ verdict }) => verdict === "kept");
  const other = outcomes.filter(({ verdict }) => verdict !== "kept");
  return seenOf(
    `${clean.length} of ${count(outcomes.length, "model")} streamed cleanly`,
    [...other, ...clean].map(({ model, seen }) => `${model.id} ${seen}`),
  );
}

const PROMPT = "Count to five in words, then call the tool look once, with at set to 5.";
const MESSAGES = [{ role: "user", content: PROMPT }];
const MAX_TOKENS = 200;
const SCHEMA = { type: "object", properties: { at: { type: "number" } }, required: ["at"] };
const LOOK = { name: "look", description: "Looks at a number." };

const INPUTS: Readonly<Record<CallerFormatName, object>> = {
  chat: {
    messages: MESSAGES,
    tools: [{ type: "function", function: { ...LOOK, parameters: SCHEMA } }],
    max_completion_tokens: MAX_TOKENS,
    stream: true,
    stream_options: { include_usage: true },
  },
  responses: {
    input: PROMPT,
    tools: [{ type: "function", ...LOOK, parameters: SCHEMA, strict: false }],
    max_output_tokens: MAX_TOKENS,
    store: false,
    stream: true,
  },
  messages: {
    messages: MESSAGES,
    tools: [{ ...LOOK, input_schema: SCHEMA }],
    max_tokens: MAX_TOKENS,
    stream: true,
  },
};

async function ask(scratch: Scratch, model: SpokenModel, token: string): Promise<Outcome> {
  const { id, speaks } = model;
  const answer = await runModel(scratch, { model: id, input: INPUTS[speaks] }, token);
  const text = await answer.text();
  if (answer.status !== 200) {
    return { model, verdict: "unknown", seen: `is refused with ${answer.status}` };
  }
  const isStream = /^text\/event-stream/i.test(answer.headers.get("content-type") ?? "");
  const fault = isStream ? findFault(speaks, text) : "it is no stream";
  if (fault !== undefined) return { model, verdict: "broken", seen: `is not clean: ${fault}` };
  const call = text.includes(LOOK.name) ? "with a call" : "without a call";
  return { model, verdict: "kept", seen: `is clean, ${call}` };
}
