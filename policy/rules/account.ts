/** Defines the rules between the stacks of one account. */
import { CRON_TRIGGERS, FREE_PLAN_LOGS, GATEWAYS, LOGPUSH_JOBS } from "../platform.ts";
import type { Stack } from "../stack/stack.ts";
import type { Settings } from "../settings/settings.ts";
import { DOCS, LIMITS } from "../settings/notes.ts";
import { retentionWorkerName, workerNames } from "../gateway/names.ts";
import { problemIf } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, type Rule, type Surroundings } from "./rule.ts";

const OR_SET_ACCOUNTS = "or set accountId in both files if their accounts differ";

export const accountRules: readonly Rule[] = [
  {
    id: "default-gateway",
    requirement: "no stack may own the gateway default",
    because: "Cloudflare makes it again, with logs on, as soon as a request names no gateway",
    source: `${DOCS}/configuration/manage-gateway/`,
    remedy: "choose another id",
    severity: BOTH_ERROR,
    breaches: ({ settings }) =>
      problemIf(settings.gatewayId === "default", "gatewayId", "is default"),
  },
  {
    id: "shared-gateway",
    requirement: "each stack must have a gateway of its own",
    because: "two stacks would undo each other's log settings, and the last deploy would win",
    source: `${DOCS}/configuration/manage-gateway/`,
    remedy: `choose another id, ${OR_SET_ACCOUNTS}`,
    severity: BOTH_ERROR,
    breaches: shared("gatewayId", ({ gatewayId }) => [gatewayId]),
  },
  {
    id: "shared-worker",
    requirement: "each stack must have a Worker of its own",
    because: "a Worker's name is its identity: the last deploy would replace the other stack's",
    source: "https://developers.cloudflare.com/workers/configuration/routing/workers-dev/",
    remedy: `choose another name, ${OR_SET_ACCOUNTS}`,
    severity: BOTH_ERROR,
    breaches: shared("worker.name", workerNames),
  },
  {
    id: "shared-bucket",
    requirement: "each stack must have a bucket of its own",
    because:
      "a bucket has one list of lifecycle rules: the last deploy decides how long copies live",
    source: "https://developers.cloudflare.com/r2/buckets/object-lifecycles/",
    remedy: `choose another name, ${OR_SET_ACCOUNTS}`,
    severity: BOTH_ERROR,
    breaches: shared("logpush.bucket", ({ logpush }) => (logpush ? [logpush.bucket] : [])),
  },
  {
    id: "account-not-declared",
    requirement: "a production stack must declare its account in clear",
    because:
      "else the deploy's environment decides which account holds the logs, where no review sees it",
    source: "docs/decisions/one-source.md",
    remedy: "set accountId; an account's id is no secret",
    severity: { production: "warning" },
    breaches: ({ accountId }) =>
      problemIf(accountId === undefined, "accountId", "is not declared in clear"),
  },
  {
    id: "account-facts-differ",
    requirement: "stacks of one account must agree on its plan and its log system",
    because: "both are facts about the account, so one of the files is wrong",
    source: `${DOCS}/observability/logging/`,
    remedy: `correct the wrong one, ${OR_SET_ACCOUNTS}`,
    severity: STRICT_IN_PRODUCTION,
    breaches: (stack, around) => {
      const { plan, logs } = stack.settings;
      return neighbours(stack, around).flatMap(({ name, settings: other }) => [
        ...problemIf(other.plan !== plan, "plan", `is ${plan}, and ${other.plan} in stack ${name}`),
        ...problemIf(
          other.logs.system !== logs.system,
          "logSystem",
          `is ${logs.system}, and ${other.logs.system} in stack ${name}`,
        ),
      ]);
    },
  },
  {
    id: "cap-over-plan",
    requirement: "the caps of an account's stacks must fit its plan",
    because: `the free plan stores ${FREE_PLAN_LOGS} logs of all gateways together, whatever their caps are`,
    source: LIMITS,
    remedy: "lower the caps, or set plan to paid if the account is",
    severity: STRICT_IN_PRODUCTION,
    breaches: (stack, around) => {
      const stacks = [stack, ...neighbours(stack, around)];
      const caps = stacks.flatMap(({ settings: { logs } }) =>
        logs.system === "legacy" ? [logs.maxEntries] : [],
      );
      const total = caps.reduce((sum, cap) => sum + cap, 0);
      return problemIf(
        stack.settings.plan === "free" &&
          stack.settings.logs.system === "legacy" &&
          total > FREE_PLAN_LOGS,
        "logs.maxEntries",
        `makes ${total} with the account's other stacks, over the free plan's ${FREE_PLAN_LOGS}`,
      );
    },
  },
  {
    id: "too-many-gateways",
    requirement: "an account must not have more stacks than its plan has gateways",
    because: `an account has ${GATEWAYS.free} gateways on the free plan and ${GATEWAYS.paid} on a paid one`,
    source: LIMITS,
    remedy: "remove a stack, or give it an account of its own",
    severity: STRICT_IN_PRODUCTION,
    breaches: (stack, around) => {
      const count = 1 + neighbours(stack, around).length;
      const limit = GATEWAYS[stack.settings.plan];
      return problemIf(
        count > limit,
        "gatewayId",
        `is one of ${count} gateways, over the ${stack.settings.plan} plan's ${limit}`,
      );
    },
  },
  {
    id: "too-many-retention-workers",
    requirement: "an account must not have more retention Workers than its plan has cron triggers",
    because: `an account has ${CRON_TRIGGERS.free} cron triggers on the free plan and ${CRON_TRIGGERS.paid} on a paid one`,
    source: "https://developers.cloudflare.com/workers/platform/limits/",
    remedy: "remove logs.keepDays from a stack, or give it an account of its own",
    severity: STRICT_IN_PRODUCTION,
    breaches: (stack, around) => {
      const stacks = [stack, ...neighbours(stack, around)];
      const count = stacks.filter(({ settings }) => retentionWorkerName(settings)).length;
      const limit = CRON_TRIGGERS[stack.settings.plan];
      return problemIf(
        count > limit && retentionWorkerName(stack.settings) !== undefined,
        "logs.keepDays",
        `makes one of ${count} retention Workers, over the ${stack.settings.plan} plan's ${limit}`,
      );
    },
  },
  {
    id: "too-many-logpush-jobs",
    requirement: "an account must not have more stacks with Logpush than AI Gateway has jobs",
    because: `an account has ${LOGPUSH_JOBS} Logpush jobs for AI Gateway's logs`,
    source: LIMITS,
    remedy: "remove logpush from a stack, or give it an account of its own",
    severity: STRICT_IN_PRODUCTION,
    breaches: (stack, around) => {
      const stacks = [stack, ...neighbours(stack, around)];
      const count = stacks.filter(({ settings }) => settings.logpush !== undefined).length;
      return problemIf(
        count > LOGPUSH_JOBS && stack.settings.logpush !== undefined,
        "logpush",
        `makes one of ${count} Logpush jobs, over the account's ${LOGPUSH_JOBS}`,
      );
    },
  },
];

/** Finds names, a setting's and those made from it, that another stack of the account has too. */
function shared(path: string, read: (settings: Settings) => readonly string[]): Rule["breaches"] {
  return (stack, around) => {
    const mine = read(stack.settings);
    const clashes = neighbours(stack, around).flatMap(({ name: other, settings }) =>
      read(settings)
        .filter((name) => mine.includes(name))
        .map(
          (name) => `${name === mine[0] ? "is" : "makes"} ${name}, which stack ${other} has too`,
        ),
    );
    return clashes.slice(0, 1).map((message) => ({ path, message }));
  };
}

/** Lists the stacks that may be in the same account: one that a file does not name may be any. */
function neighbours(stack: Stack, { others }: Surroundings): readonly Stack[] {
  return others.filter(
    ({ accountId }) =>
      accountId === undefined || stack.accountId === undefined || accountId === stack.accountId,
  );
}
