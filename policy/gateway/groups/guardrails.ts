/** Converts `{ P1: "flag" }` of a stack file to `{ p1: "FLAG" }`, and `P1` in the API. */
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";

type Verdicts = NonNullable<Settings["guardrails"]>["prompt"];

/** Converts the setting to the provider's form. */
export function toGuardrails({ guardrails }: Pick<Settings, "guardrails">) {
  if (guardrails === undefined) return undefined;
  return { prompt: toVerdicts(guardrails.prompt), response: toVerdicts(guardrails.response) };
}

function toVerdicts(verdicts: Verdicts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(verdicts).flatMap(([hazard, verdict]) =>
      verdict === undefined ? [] : [[hazard.toLowerCase(), verdict.toUpperCase()]],
    ),
  );
}

export function guardrailsToApi(sides: Record<"prompt" | "response", Record<string, string>>) {
  return { prompt: inCapitals(sides.prompt), response: inCapitals(sides.response) };
}

function inCapitals(verdicts: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(verdicts).map(([hazard, verdict]) => [hazard.toUpperCase(), verdict]),
  );
}

/** Converts the API's form to the setting. */
export function readGuardrails(answer: unknown) {
  const verdicts = z.record(z.string(), z.string().toLowerCase()).catch({});
  const { data } = z.object({ prompt: verdicts, response: verdicts }).safeParse(answer);
  return Object.keys({ ...data?.prompt, ...data?.response }).length > 0 ? data : undefined;
}
