/** The facts about calls: who, from where, to which models, within which limits. */
import { isWorkersAi } from "../platform.ts";
import { describeKey } from "../settings/caller-key.ts";
import type { Settings } from "../settings/settings.ts";
import type { Fact } from "./fact.ts";
import { NEW_GATEWAY } from "./logs.ts";
import { count, formatNumber, list } from "../words.ts";

export function trafficFacts(settings: Settings): readonly Fact[] {
  return [
    callers(settings),
    address(settings),
    models(settings),
    money(settings),
    cache(settings),
    limits(settings),
    retries(settings),
    deletion(settings),
  ];
}

function callers({ worker, callers: declared, anonymousCallers }: Settings): Fact {
  const named = declared.map(({ name, sha256, until }) => {
    const notes = [...(until === undefined ? [] : [`until ${until}`]), describeKey(sha256)];
    return `${name} (${notes.join("; ")})`;
  });
  const pages =
    worker.origins.length === 0 ? "" : `; scripts of web pages at ${list(worker.origins)}`;
  const { cloudflareAccess: access } = worker;
  const groups = [
    ...(named.length === 0 ? [] : [`${list(named)}, each with a token`]),
    ...(access === undefined
      ? []
      : [
          `whom Cloudflare Access of team ${access.team} lets in to ${access.audience.slice(0, 8)}…`,
        ]),
  ];
  const asked = groups.length === 0 ? "nobody yet: no caller is declared" : groups.join("; and ");
  return {
    id: "callers",
    question: "Who may call the Worker?",
    answer: `${worker.access === "open" ? "EVERYBODY" : asked}${pages}`,
    value: {
      callers: worker.access === "open" ? "everybody" : named,
      cloudflareAccess: access ?? null,
      anonymous: anonymousCallers !== undefined,
      origins: worker.origins,
    },
  };
}

function address({ worker }: Settings): Fact {
  const addresses = [
    ...(worker.domain === undefined ? [] : [`https://${worker.domain}`]),
    ...(worker.workersDev
      ? [`https://${worker.name}.${worker.workersDevSubdomain ?? "SUBDOMAIN"}.workers.dev`]
      : []),
  ];
  return {
    id: "address",
    question: "Where does it answer?",
    answer: addresses.length === 0 ? "nowhere on the Internet" : list(addresses),
    value: addresses,
  };
}

function models({ worker }: Settings): Fact {
  const third = worker.models.filter((model) => !isWorkersAi(model));
  const providers = [...new Set(third.map((model) => model.split("/")[0] ?? model))];
  const leaving =
    providers.length === 0 ? "" : `; prompts go to ${list(providers)}, under their own terms`;
  const instead =
    worker.fallbacks.length === 0 ? "" : `; where one fails, in turn ${list(worker.fallbacks)}`;
  return {
    id: "models",
    question: "Which models?",
    answer: `${list(worker.models)}${instead}${leaving}`,
    value: { models: worker.models, fallbacks: worker.fallbacks },
  };
}

function money({ billing, byokOnly, zdr }: Settings): Fact {
  const parts = [
    billing === "unified"
      ? "Workers AI from AI Gateway credits"
      : "Workers AI on the account's bill",
    byokOnly
      ? "third parties with keys of your own only"
      : "third parties from credits where no key is stored",
    ...(zdr
      ? ["calls paid from credits to OpenAI's and Anthropic's endpoints that retain nothing"]
      : []),
  ];
  return {
    id: "money",
    question: "With whose money and keys?",
    answer: parts.join("; "),
    value: { billing, byokOnly, zdr },
  };
}

function cache({ cache: declared }: Settings): Fact {
  return {
    id: "cache",
    question: "Are answers kept for others?",
    answer:
      declared === undefined
        ? "no, unless a call beside the Worker asks for it"
        : `YES: for ${count(declared.ttlSeconds, "second")}, for every caller who sends the same request`,
    value: declared?.ttlSeconds ?? 0,
  };
}

function limits({ rateLimit, spendLimits, worker }: Settings): Fact {
  const rate = rateLimit && [
    `${count(rateLimit.requests, "request")} in ${count(rateLimit.intervalSeconds, "second")} (${rateLimit.technique}) for all callers together`,
  ];
  const spend = spendLimits.map(
    ({ limitUsd, windowSeconds, per, technique }) =>
      `${formatNumber(limitUsd)} USD in ${count(windowSeconds, "second")} (${technique}) ${per === "caller" ? "for each caller" : "for all callers together"}, best effort`,
  );
  const each = worker.callerLimit && [
    `${count(worker.callerLimit.requests, "request")} in ${count(worker.callerLimit.periodSeconds, "second")} for each caller, at each location`,
  ];
  const size = `${count(worker.maxBodyBytes, "byte")} a request`;
  const time = `${count(worker.timeoutSeconds, "second")} a model`;
  const all = [...(rate ?? []), ...(each ?? []), ...spend, size, time];
  return {
    id: "limits",
    question: "Which limits hold?",
    answer: list(all),
    value: {
      rateLimit: rateLimit ?? null,
      callerLimit: worker.callerLimit ?? null,
      spendLimits,
      maxBodyBytes: worker.maxBodyBytes,
      timeoutSeconds: worker.timeoutSeconds,
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

function retries({ retry }: Settings): Fact {
  return {
    id: "retries",
    question: "Are failed calls repeated?",
    answer:
      retry === undefined
        ? "no"
        : `yes, up to ${count(retry.maxAttempts, "time")}, after ${retry.delayMs} ms (${retry.backoff}); each may be billed`,
    value: retry ?? null,
    ...(retry !== undefined && {
      notProved: [{ point: 6, text: "that the number counts repeats, not calls" }],
    }),
  };
}

function deletion({ protect }: Settings): Fact {
  return {
    id: "deletion",
    question: "Can the gateway be deleted?",
    answer: protect
      ? "not by a plain pulumi up or destroy: it is protected, and kept at Cloudflare if it leaves the stack; --ignore-protect overrides the protection, and a token with AI Gateway Edit can delete it"
      : "YES, and most likely its logs with it",
    value: !protect,
    ...(!protect && {
      notProved: [
        { point: 12, text: "that a deleted gateway's logs are gone, also for a new one of its id" },
      ],
    }),
  };
}
