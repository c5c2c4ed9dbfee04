/** The fact about limits: how many requests, how much money, how large and how long. */
import { withBudget } from "../gateway/callers.ts";
import { FREE_PLAN_CPU_MS } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { hasReadStream } from "../settings/formats.ts";
import { count, formatNumber, list } from "../words.ts";
import type { Fact } from "./fact.ts";
import { NEW_GATEWAY } from "./copies.ts";

/** States the limits of the gateway, of the Worker, and of single callers. */
export function limits(settings: Settings): Fact {
  const { rateLimit, spendLimits, worker, callers: declared } = settings;
  const rate = rateLimit && [
    `${count(rateLimit.requests, "request")} in ${count(rateLimit.intervalSeconds, "second")} (${rateLimit.technique}) for all callers together`,
  ];
  const spend = [
    ...spendLimits.map((limit) =>
      describeMoney(limit, limit.per === "caller" ? "for each caller" : "for all callers together"),
    ),
    ...withBudget(declared).map(({ usd, name, ...limit }) =>
      describeMoney({ ...limit, limitUsd: usd }, `for caller ${name}`),
    ),
  ];
  const own = new Map(declared.map(({ name, limit }) => [name, limit]));
  const each = [
    ...[...own].flatMap(([name, limit]) =>
      limit === undefined ? [] : [describeRate(limit, `for caller ${name}`)],
    ),
    ...(worker.callerLimit === undefined
      ? []
      : [
          describeRate(
            worker.callerLimit,
            [...own.values()].some((limit) => limit !== undefined)
              ? "for each other caller"
              : "for each caller",
          ),
        ]),
  ];
  const size = `${count(worker.maxBodyBytes, "byte")} a request`;
  const all = [
    ...(rate ?? []),
    ...each,
    ...spend,
    size,
    ...describeTimes(worker),
    ...describeCpu(settings),
  ];
  return {
    id: "limits",
    question: "Which limits hold?",
    answer: list(all),
    value: {
      rateLimit: rateLimit ?? null,
      callerLimit: worker.callerLimit ?? null,
      spendLimits,
      callers: declared
        .filter(({ limit, limitUsd }) => (limit ?? limitUsd) !== undefined)
        .map(({ name, limit = null, limitUsd = null }) => ({ name, limit, limitUsd })),
      maxBodyBytes: worker.maxBodyBytes,
      timeoutSeconds: worker.timeoutSeconds,
      idleSeconds: Math.min(worker.idleSeconds, worker.timeoutSeconds),
    },
    ...(spend.length > 0 && {
      notProved: [
        {
          point: 4,
          text: "that windows of money are in seconds, and that Workers AI on the account's bill counts",
        },
        NEW_GATEWAY,
      ],
    }),
  };
}

function describeMoney(
  limit: Pick<Settings["spendLimits"][number], "limitUsd" | "windowSeconds" | "technique">,
  whose: string,
): string {
  const { limitUsd, windowSeconds, technique } = limit;
  return `${formatNumber(limitUsd)} USD in ${count(windowSeconds, "second")} (${technique}) ${whose}, best effort`;
}

/** Describes how long a model may take, and how long it may be silent where that is shorter. */
function describeTimes({ timeoutSeconds, idleSeconds }: Settings["worker"]): readonly string[] {
  const whole = `${count(timeoutSeconds, "second")} a model`;
  if (idleSeconds >= timeoutSeconds) return [whole];
  return [whole, `${count(idleSeconds, "second")} of a model's silence`];
}

/** Describes the CPU time of a request where it is short, and streams are read. */
function describeCpu({ plan, worker }: Settings): readonly string[] {
  const isRead = worker.models.some(hasReadStream);
  if (plan === "paid" || !isRead) return [];
  return [`${FREE_PLAN_CPU_MS} ms of CPU time a request, so that long streamed answers end early`];
}

function describeRate(
  { requests, periodSeconds }: NonNullable<Settings["worker"]["callerLimit"]>,
  whose: string,
): string {
  return `${count(requests, "request")} in ${count(periodSeconds, "second")} ${whose}, at each location`;
}
