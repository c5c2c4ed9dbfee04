/** Converts the field `spendLimits`. */
import { z } from "zod";

import type { Settings } from "../../settings/settings.ts";
import { readItems } from "../answers.ts";
import { withBudget } from "../callers.ts";

/** The metadata that makes one sum for each caller, whose name is in the metadata of each call. */
const PER_CALLER = { caller: { mode: "partition" } };

/** The setting, and the callers with limits of their own, under the names that their logs have. */
interface SpendSettings extends Pick<Settings, "spendLimits"> {
  readonly callers: readonly Pick<Settings["callers"][number], "name" | "limitUsd">[];
}

/** Converts the settings to the provider's form, which is the API's, too. */
export function toSpendLimits({ spendLimits, callers }: SpendSettings) {
  const rules = [
    ...spendLimits.map((limit) =>
      toRule(limit, limit.per === "caller" ? { metadata: PER_CALLER } : {}),
    ),
    ...withBudget(callers).map(({ name, usd, ...limit }) =>
      toRule({ ...limit, id: `caller-${name}`, limitUsd: usd }, { metadata: only(name) }),
    ),
  ];
  return rules.length > 0 ? { enabled: true, rules } : undefined;
}

/** The metadata of one caller's calls. */
function only(name: string) {
  return { caller: { mode: "filter", values: [name] } };
}

function toRule<Scope extends object>(
  limit: Omit<Settings["spendLimits"][number], "per">,
  scope: Scope,
) {
  return {
    // The id is never left out: the provider's default is a constant, which two rules would share.
    id: limit.id,
    enabled: true,
    limit: limit.limitUsd,
    limitType: "cost",
    // Seconds by every example seen; the unit itself is not documented.
    window: limit.windowSeconds,
    technique: limit.technique,
    ...scope,
  };
}

/** Converts the API's form to the setting. */
export function readSpendLimits(answer: unknown) {
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
