import { withBudget } from "../gateway/callers.ts";
import { FREE_PLAN_CPU_MS } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { hasReadStream } from "../settings/formats.ts";
import { count, formatNumber, list } from "../words.ts";
import { notProved, type Fact, type OpenPoint } from "./fact.ts";
import { NEW_GATEWAY } from "./copies.ts";

/** States the limits of the gateway, of the Worker, and of single callers. */
export function limits(settings: Settings): Fact {
  const { rateLimit, spendLimits, callers, worker } = settings;
  const spend = describeSpend(settings);
  const declared = [
    ...(rateLimit === undefined ? [] : [describeRateLimit(rateLimit)]),
    ...describeCallers(settings),
    ...spend,
    `${count(worker.maxBodyBytes, "byte")} a request`,
    ...describeTimes(worker),
    ...describeCpu(settings),
  ];
  return {
    id: "limits",
    question: "Which limits hold?",
    answer: list(declared),
    value: {
      rateLimit: rateLimit ?? null,
      callerLimit: worker.callerLimit ?? null,
      spendLimits,
      callers: callers
        .filter(({ limit, limitUsd }) => (limit ?? limitUsd) !== undefined)
        .map(({ name, limit = null, limitUsd = null }) => ({ name, limit, limitUsd })),
      maxBodyBytes: worker.maxBodyBytes,
      timeoutSeconds: worker.timeoutSeconds,
      idleSeconds: Math.min(worker.idleSeconds, worker.timeoutSeconds),
    },
    ...notProved(spend.length === 0 ? [] : [MONEY, NEW_GATEWAY]),
  };
}

const MONEY: OpenPoint = {
  point: 4,
  text: "that windows of money are in seconds, and that Workers AI on the account's bill counts",
};

function describeRateLimit(limit: NonNullable<Settings["rateLimit"]>): string {
  const { requests, intervalSeconds, technique } = limit;
  return `${count(requests, "request")} in ${count(intervalSeconds, "second")} (${technique}) for all callers together`;
}

/** Describes how many requests single callers may make, at each location. */
function describeCallers({ callers, worker: { callerLimit } }: Settings): readonly string[] {
  const byName = new Map(callers.map(({ name, limit }) => [name, limit]));
  const own = [...byName].flatMap(([name, limit]) =>
    limit === undefined ? [] : [describeRate(limit, `for caller ${name}`)],
  );
  if (callerLimit === undefined) return own;
  return [...own, describeRate(callerLimit, `for each ${own.length > 0 ? "other " : ""}caller`)];
}

function describeSpend({ spendLimits, callers }: Settings): readonly string[] {
  const shared = spendLimits.map((limit) =>
    describeMoney(limit, limit.per === "caller" ? "for each caller" : "for all callers together"),
  );
  const own = withBudget(callers).map(({ usd, name, ...limit }) =>
    describeMoney({ ...limit, limitUsd: usd }, `for caller ${name}`),
  );
  return [...shared, ...own];
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
