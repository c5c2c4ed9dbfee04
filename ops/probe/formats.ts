/** Probes whether a stack's models take the format of request that the Worker sends them. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import {
  isEmbeddingModel,
  isOfCallers,
  type CallerFormatName,
} from "../../policy/settings/formats.ts";
import { count } from "../../policy/words.ts";
import { parseJson } from "../cli/json.ts";
import { answered, notAnswered, seenOf } from "./answer.ts";
import type { Scratch } from "./scratch.ts";

/** A model, and the format of its requests, as the Worker's binding has it. */
export interface SpokenModel {
  readonly id: string;
  readonly speaks: CallerFormatName;
  /** Whether its streams pass unread. */
  readonly stream?: "native" | undefined;
}

/**
 * Lists the models whose format is a third party's: that of Workers AI's own is documented. Those for
 * embeddings have none of a conversation.
 */
export function spokenModels(models: Settings["worker"]["models"]): readonly SpokenModel[] {
  return models.flatMap(({ id, speaks = "chat", stream }) =>
    isOfCallers(speaks) && !isEmbeddingModel(id) ? [{ id, speaks, stream }] : [],
  );
}

const QUESTION = "model-format";

/** Sends one short request to each model, in its format, and reads in which format it is answered. */
export async function probeFormats(
  scratch: Scratch,
  models: readonly SpokenModel[],
  token: string,
): Promise<EvidenceAnswer> {
  const outcomes: (SpokenModel & Outcome)[] = [];
  for (const model of models) outcomes.push({ ...model, ...(await ask(scratch, model, token)) });
  const wrong = outcomes.filter(({ verdict }) => verdict === "broken");
  const unknown = outcomes.filter(({ verdict }) => verdict === "unknown");
  const taken = outcomes.filter(({ verdict }) => verdict === "kept");
  const seen = seenOf(
    `${taken.length} of ${count(models.length, "model")} answered in the format of the request`,
    [...wrong, ...unknown, ...taken].map(describe),
  );
  if (wrong.length > 0) return answered(QUESTION, "broken", seen);
  return unknown.length > 0 ? notAnswered(QUESTION, seen) : answered(QUESTION, "kept", seen);
}

interface Outcome {
  readonly verdict: EvidenceAnswer["verdict"];
  readonly seen: string;
}

function describe({ id, speaks, seen }: SpokenModel & Outcome): string {
  return `${id} as ${speaks} ${seen}`;
}

const PROMPT = "Answer with one word.";
const MESSAGES = [{ role: "user", content: PROMPT }];
// OpenAI takes no fewer than 16.
const MAX_TOKENS = 16;

const INPUTS: Readonly<Record<CallerFormatName, object>> = {
  chat: { messages: MESSAGES, max_completion_tokens: MAX_TOKENS },
  responses: { input: PROMPT, max_output_tokens: MAX_TOKENS, store: false },
  messages: { messages: MESSAGES, max_tokens: MAX_TOKENS },
};

/** The field that only an answer in that format has. */
const MARKS: Readonly<Record<CallerFormatName, string>> = {
  chat: "choices",
  responses: "output",
  messages: "content",
};

async function ask(scratch: Scratch, model: SpokenModel, token: string): Promise<Outcome> {
  const answer = await runModel(scratch, { model: model.id, input: INPUTS[model.speaks] }, token);
  return judge(answer.status, await answer.text(), model.speaks);
}

/**
 * Asks one model by the REST API's way for every model, which has the format of the AI binding.
 * https://developers.cloudflare.com/ai-gateway/usage/rest-api/
 */
export async function runModel(
  { cloudflare, accountId, gatewayId, signal }: Scratch,
  body: { readonly model: string; readonly input: object },
  token: string,
): Promise<Response> {
  signal.throwIfAborted();
  return fetch(`${cloudflare.baseURL}/accounts/${accountId}/ai/run`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "cf-aig-gateway-id": gatewayId,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
}

/** Judges an answer; a lack of credits, or of the model, says nothing about its format. */
function judge(status: number, text: string, speaks: CallerFormatName): Outcome {
  const body: unknown = parseJson(text, undefined);
  const answer: unknown = Object(body).result ?? body;
  if (status === 200) {
    const isInForm = Object.hasOwn(Object(answer), MARKS[speaks]);
    return isInForm
      ? { verdict: "kept", seen: "is answered so" }
      : { verdict: "broken", seen: "is answered in another format" };
  }
  const isOfForm =
    (status === 400 || status === 422) && !/"(?:internalC|c)ode":\s*"?2021\b/.test(text);
  return { verdict: isOfForm ? "broken" : "unknown", seen: `is refused with ${status}` };
}
