/** Asks a stack's models of third parties, one after the other, and describes what each did. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import {
  isEmbeddingModel,
  isOfCallers,
  type CallerFormatName,
} from "../../policy/settings/formats.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { count, list } from "../../policy/words.ts";
import type { Scratch } from "./scratch.ts";

/** A model, and the format of its requests, as the Worker's binding has it. */
export interface SpokenModel {
  readonly id: string;
  readonly speaks: CallerFormatName;
  /** Whether its streams pass unread. */
  readonly stream?: "native" | undefined;
}

/** Lists the models of conversations in third parties' formats: Workers AI's is documented. */
export function spokenModels(models: Settings["worker"]["models"]): readonly SpokenModel[] {
  return models.flatMap(({ id, speaks = "chat", stream }) =>
    isOfCallers(speaks) && !isEmbeddingModel(id) ? [{ id, speaks, stream }] : [],
  );
}

/** What one model did, in words that follow its name. */
export interface Outcome {
  readonly model: SpokenModel;
  readonly verdict: EvidenceAnswer["verdict"];
  readonly seen: string;
}

/** Makes the input of a short conversation in each format, with a limit of tokens. */
export function inputsOf(
  prompt: string,
  tokens: number,
): Readonly<Record<CallerFormatName, object>> {
  const messages = [{ role: "user", content: prompt }];
  return {
    chat: { messages, max_completion_tokens: tokens },
    responses: { input: prompt, max_output_tokens: tokens, store: false },
    messages: { messages, max_tokens: tokens },
  };
}

/**
 * Asks each model by the REST API's way for every model, which has the format of the AI binding.
 * https://developers.cloudflare.com/ai-gateway/usage/rest-api/
 */
export async function askModels(
  { cloudflare, accountId, gatewayId, signal }: Scratch,
  models: readonly SpokenModel[],
  { token, inputs, judge }: Question,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const model of models) {
    signal.throwIfAborted();
    const answer = await fetch(`${cloudflare.baseURL}/accounts/${accountId}/ai/run`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "cf-aig-gateway-id": gatewayId,
      },
      body: JSON.stringify({ model: model.id, input: inputs[model.speaks] }),
      signal: AbortSignal.timeout(60_000),
    });
    outcomes.push({ model, ...judge(answer, await answer.text(), model) });
  }
  return outcomes;
}

interface Question {
  readonly token: string;
  readonly inputs: Readonly<Record<CallerFormatName, object>>;
  readonly judge: (answer: Response, text: string, model: SpokenModel) => Omit<Outcome, "model">;
}

// Evidence is one line: three models name the trouble, and the command can be run again.
const MAX_NAMED = 3;

/** Describes the outcomes, trouble first. */
export function describeOutcomes(did: string, outcomes: readonly Outcome[]): string {
  const by = Map.groupBy(outcomes, ({ verdict }) => verdict);
  const sorted = (["broken", "unknown", "kept"] as const).flatMap((each) => by.get(each) ?? []);
  const kept = by.get("kept")?.length ?? 0;
  const named = sorted.slice(0, MAX_NAMED).map(({ model, seen }) => `${model.id} ${seen}`);
  return `${kept} of ${count(outcomes.length, "model")} ${did}: ${list(named)}`;
}
