/** Probes whether a stack's models take the format of request that the Worker sends them. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { CallerFormatName } from "../../policy/settings/formats.ts";
import { parseJson } from "../../policy/json.ts";
import { answered, isInvalid, notAnswered } from "./answer.ts";
import { askModels, describeOutcomes, inputsOf, type Outcome, type SpokenModel } from "./models.ts";
import type { Scratch } from "./scratch.ts";

const QUESTION = "model-format";
// OpenAI takes no fewer tokens.
const INPUTS = inputsOf("Answer with one word.", 16);

/** Sends one short request to each model, in its format, and reads in which format it is answered. */
export async function probeFormats(
  scratch: Scratch,
  models: readonly SpokenModel[],
  token: string,
): Promise<EvidenceAnswer> {
  const outcomes = await askModels(scratch, models, { token, inputs: INPUTS, judge });
  const seen = describeOutcomes("answered in the format of the request", outcomes);
  const verdicts = new Set(outcomes.map(({ verdict }) => verdict));
  if (verdicts.has("broken")) return answered(QUESTION, "broken", seen);
  return verdicts.has("unknown") ? notAnswered(QUESTION, seen) : answered(QUESTION, "kept", seen);
}

/** The field that only an answer in that format has. */
const MARKS: Readonly<Record<CallerFormatName, string>> = {
  chat: "choices",
  responses: "output",
  messages: "content",
};

/** Judges an answer; a lack of credits, or of the model, says nothing about its format. */
function judge(
  { status }: Response,
  text: string,
  { speaks }: SpokenModel,
): Omit<Outcome, "model"> {
  const body: unknown = parseJson(text);
  const answer: unknown = Object(body).result ?? body;
  if (status === 200) {
    return Object.hasOwn(Object(answer), MARKS[speaks])
      ? { verdict: "kept", seen: `as ${speaks} is answered so` }
      : { verdict: "broken", seen: `as ${speaks} is answered in another format` };
  }
  const isOfFormat = isInvalid(status) && !/"(?:internalC|c)ode":\s*"?2021\b/.test(text);
  const verdict = isOfFormat ? "broken" : "unknown";
  return { verdict, seen: `as ${speaks} is refused with ${status}` };
}
