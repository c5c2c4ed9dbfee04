/** Defines the rules about models: whether they can be called, and what that may cost. */
import { ownModels } from "../gateway/callers.ts";
import { isWorkersAi, PAID_PLAN_MODELS } from "../platform.ts";
import { DOCS } from "../settings/notes.ts";
import type { Settings } from "../settings/settings.ts";
import { isReachable, formatOf } from "../settings/formats.ts";
import { problemIf, problemsIn } from "../settings/problems.ts";
import { BOTH_ERROR, STRICT_IN_PRODUCTION, type Rule } from "./rule.ts";

const HOUR = 3600;

export const modelRules: readonly Rule[] = [
  {
    id: "unbounded-spend",
    requirement: "a third party's models must have a spend limit",
    because: "each call is billed by the token, and a rate limit bounds requests, not money",
    source: `${DOCS}/features/spend-limits/`,
    remedy: "add one to spendLimits",
    severity: STRICT_IN_PRODUCTION,
    breaches: ({ settings }) => {
      const { worker, spendLimits } = settings;
      const model = worker.models.find(({ id }) => !isWorkersAi(id));
      return problemIf(
        model !== undefined && spendLimits.length === 0 && !isEachLimited(settings),
        "spendLimits",
        `is empty, while worker.models has ${model?.id}`,
      );
    },
  },
  {
    id: "spend-window-short",
    requirement: "the window of a spend limit must be an hour or longer",
    because:
      "it is counted in seconds: 24 is no day, and a limit that begins anew each minute bounds little",
    source: `${DOCS}/features/spend-limits/`,
    remedy: "set it to seconds: 3600 is an hour, 86400 a day, 2592000 30 days",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { spendLimits, callers } }) =>
      [
        ...spendLimits.map(({ windowSeconds }, index) => ({
          path: `spendLimits[${index}].windowSeconds`,
          windowSeconds,
        })),
        ...callers.map(({ limitUsd }, index) => ({
          path: `callers[${index}].limitUsd.windowSeconds`,
          windowSeconds: limitUsd?.windowSeconds,
        })),
      ].flatMap(({ path, windowSeconds = HOUR }) =>
        problemIf(windowSeconds < HOUR, path, `is ${windowSeconds}`),
      ),
  },
  {
    id: "model-format-unknown",
    requirement: "a model must be sent requests in a format that it takes",
    because:
      "which format is known by provider, as far as somebody has tried, and a request in another one is refused",
    source: "https://github.com/cloudflare/ai/tree/main/packages/gateway-core",
    remedy:
      "write it as { id: PROVIDER/MODEL, speaks: chat }, or with responses or messages if it takes that; npm run probe asks it",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker } }) =>
      problemsIn(
        "worker.models[]",
        worker.models,
        ({ id, speaks }) =>
          speaks === undefined && isReachable(id) && `is ${id}, whose format is not known`,
      ),
  },
  {
    id: "model-format-contradicted",
    requirement: "a model must be sent requests in the format that its provider's models take",
    because: "a request in another format is refused by the provider, call for call",
    source: "https://github.com/cloudflare/ai/tree/main/packages/gateway-core",
    remedy: "leave speaks out, unless npm run probe has seen the model take it",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { worker } }) =>
      problemsIn("worker.models[]", worker.models, ({ id, speaks }) => {
        const known = formatOf(id);
        return (
          known !== undefined &&
          speaks !== known &&
          !isWorkersAi(id) &&
          `is ${id}, which is known to speak ${known}, and is said to speak ${speaks}`
        );
      }),
  },
  {
    id: "model-unreachable",
    requirement: "a model must be one that the AI binding calls",
    because:
      "providers outside Cloudflare's unified catalogue are reached beside the binding alone, and the binding answers that there is no such model",
    source: "https://github.com/cloudflare/ai/tree/main/packages/gateway-core",
    remedy:
      "choose the model, or one like it, at Workers AI (@cf/…), openai, anthropic, google, xai, groq, deepseek, alibaba or minimax",
    severity: BOTH_ERROR,
    breaches: ({ settings: { worker } }) =>
      problemsIn(
        "worker.models[]",
        worker.models,
        ({ id }) => !isReachable(id) && `is ${id}, to which the AI binding has no way`,
      ),
  },
  {
    id: "model-on-free",
    requirement: "a model that needs the paid plan must be declared on one",
    because: "on the free plan Workers AI refuses it with code 5035",
    source: "https://developers.cloudflare.com/changelog/product/workers-ai/",
    remedy: "set plan to paid if the account is, or choose another model",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { worker, plan } }) =>
      problemsIn(
        "worker.models[]",
        worker.models,
        ({ id }) =>
          plan === "free" && PAID_PLAN_MODELS.includes(id) && `is ${id}, while plan is free`,
      ),
  },
  {
    id: "cache-without-effect",
    requirement: "cache must be declared only where it works",
    because: "through the AI binding only Workers AI models are cached",
    source: "https://github.com/cloudflare/ai/tree/main/packages/workers-ai-provider",
    remedy: "remove cache, or the model",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings: { worker, cache } }) =>
      problemsIn(
        "worker.models[]",
        worker.models,
        ({ id }) => cache !== undefined && !isWorkersAi(id) && `is ${id}, which is not cached`,
      ),
  },
];

/** Checks whether everybody who may call a third party's model has a limit of money of its own. */
function isEachLimited({ worker, callers }: Settings): boolean {
  const isKnown = worker.access === "token" && worker.cloudflareAccess === undefined;
  const all = worker.models.map(({ id }) => id);
  return (
    isKnown &&
    callers.every(
      (caller) =>
        caller.limitUsd !== undefined ||
        (ownModels(worker.models, caller) ?? all).every(isWorkersAi),
    ) &&
    callers.length > 0
  );
}
