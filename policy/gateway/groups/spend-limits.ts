/** The field `spendLimits`. */
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";
import { readItems } from "../answers.ts";

/** One sum for each caller, whose name stands in the metadata of each call. */
const PER_CALLER = { caller: { mode: "partition" } };

export function toSpendLimits({ spendLimits }: Pick<Settings, "spendLimits">) {
  return spendLimits.length > 0 ? { enabled: true, rules: spendLimits.map(toRule) } : undefined;
}

function toRule(limit: Settings["spendLimits"][number]) {
  return {
    // Never left out: the provider's default is one constant, and two rules would share it.
    id: limit.id,
    enabled: true,
    limit: limit.limitUsd,
    limitType: "cost",
    // Seconds by every example seen; the unit itself is not documented.
    window: limit.windowSeconds,
    technique: limit.technique,
    ...(limit.per === "caller" && { metadata: PER_CALLER }),
  };
}

export function readSpendLimits(answer: unknown) {
  // Made here: a program that declares a gateway reads no answer, and starts sooner without.
  const answered = z.object({ enabled: z.literal(true), rules: z.unknown() });
  const rule = z.object({
    id: z.string().catch("limit"),
    limit: z.number(),
    window: z.number(),
    technique: z.string().catch("fixed"),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  });
  const rules = readItems(rule, answered.safeParse(answer).data?.rules);
  return rules?.map(({ id, limit, window, technique, metadata }) => ({
    id,
    limitUsd: limit,
    windowSeconds: window,
    technique,
    ...(JSON.stringify(metadata) === JSON.stringify(PER_CALLER) && { per: "caller" }),
  }));
}
