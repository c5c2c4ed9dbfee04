/** The facts about logs: what, where, how long, for whom. Claims about the platform: docs/what-is-stored.md. */
import { FREE_PLAN_LOGS, OBSERVABILITY_DAYS } from "../platform.ts";
import type { Settings } from "../settings/settings.ts";
import { copies, NEW_GATEWAY, alertFacts } from "./copies.ts";
import { type Fact, notProved } from "./fact.ts";
import { callerName } from "../gateway/callers.ts";
import { telemetryFact } from "./telemetry.ts";
import { collected, isByWorkerAlone } from "../gateway/collect.ts";
import { retentionWorkerName } from "../gateway/names.ts";
import { count, formatNumber, list } from "../words.ts";

export function logFacts(settings: Settings): readonly Fact[] {
  return [
    // First: the first line of a difference should be about this.
    bodies(settings),
    logged(settings),
    beside(settings),
    counted(settings),
    where(settings),
    howLong(settings),
    whenFull(settings),
    readers(settings),
    copies(settings),
    telemetryFact(settings),
    ...alertFacts(settings),
    otherReaders(settings),
    searches(settings),
    change(settings),
  ];
}

function bodies({ logs, guardrails }: Settings): Fact {
  const answers = {
    full: "YES, of every call",
    metadata: "no: the Worker says so on every call",
    none: "no",
  };
  const { bodies: isStored } = collected(logs);
  const open = isByWorkerAlone(logs)
    ? [{ point: 1, text: "that Cloudflare heeds the Worker's switch on a call of the AI binding" }]
    : [];
  const evaluations =
    guardrails !== undefined && !isStored
      ? [{ point: 11, text: "that the logs of guardrail evaluations hold no prompt" }]
      : [];
  return {
    id: "bodies",
    question: "Are prompts and answers stored in logs?",
    answer: answers[logs.collect],
    value: isStored,
    ...notProved([...open, ...evaluations]),
  };
}

function logged(settings: Settings): Fact {
  const { logs } = settings;
  const { call: isLogged } = collected(logs);
  return {
    id: "logged",
    question: "Is a model call through the Worker logged?",
    answer: isLogged
      ? `yes: model, tokens, cost, status, duration; as metadata stack, ${callerName(settings)}, release, route`
      : "no",
    value: isLogged,
    ...notProved(
      isByWorkerAlone(logs)
        ? [
            {
              point: 2,
              text: "that a call can switch its own log on where the gateway collects none",
            },
          ]
        : [],
    ),
  };
}

function beside({ logs }: Settings): Fact {
  const { gateway: isLogged } = collected(logs);
  return {
    id: "beside",
    question: "Is a call beside the Worker logged?",
    answer: isLogged
      ? "YES, with prompt and answer, unless its own headers ask for less"
      : "no: the gateway collects nothing by itself, unless the call's own headers ask for it",
    value: isLogged,
  };
}

/** States what analytics hold of each call: they count it whatever its log's switches say, with the Worker's metadata. */
function counted(settings: Settings): Fact {
  const yes = collected(settings.logs).call ? "yes" : "YES, though no log is kept";
  return {
    id: "counted",
    question: "Is a call counted, logged or not?",
    answer: `${yes}: AI Gateway's analytics hold model, tokens, cost, status and, as metadata, stack, ${callerName(settings)}, release, route; every token with Account Analytics Read reads them, and nothing known erases them`,
    value: { caller: settings.anonymousCallers === undefined ? "name" : "hash" },
    notProved: [
      {
        point: 18,
        text: "that analytics hold this of a call whose log is off, and that nothing erases it; for how long is not documented",
      },
    ],
  };
}

function where({ logs }: Settings): Fact {
  const answers = {
    legacy: "in AI Gateway's own log store (legacy logs), if the account is as old as stated",
    observability:
      "in Workers Observability, dataset ai-gateway, if the account is as new as stated",
  };
  return {
    id: "where",
    question: "Where are logs kept?",
    answer: answers[logs.system],
    value: logs.system,
  };
}

function howLong({ logs }: Settings): Fact {
  const question = "How long?";
  if (logs.system === "observability") {
    return {
      id: "days",
      question,
      answer: `${count(OBSERVABILITY_DAYS, "day")}, by Cloudflare's own rule (free plan: 3 days until 2026-11-30); no retention Worker, for no documented call deletes such logs`,
      value: OBSERVABILITY_DAYS,
    };
  }
  const { keepDays, alertUrl } = logs;
  const newer = logs.whenFull === "deleteOldest" ? ", or newer logs push them out" : "";
  if (keepDays === undefined) {
    const answer = `without a limit of time: until somebody deletes them${newer}`;
    return { id: "days", question, answer, value: null };
  }
  const failures =
    alertUrl === undefined
      ? "its failures are in its own log alone"
      : "a webhook hears of failures";
  return {
    id: "days",
    question,
    answer: `${count(keepDays, "day")}: the retention Worker deletes older ones, every hour${newer}; ${failures}`,
    value: keepDays,
    notProved: [
      {
        point: 16,
        text: "that Cloudflare deletes by age as asked, how many logs at a time, and that what it deletes is gone",
      },
    ],
  };
}

function whenFull({ logs, plan }: Settings): Fact {
  const question = "What if storage is full?";
  if (logs.system === "observability") {
    const answers = {
      free: "beyond the plan's allowance the rest of the day (UTC) is not stored",
      paid: "beyond the plan's allowance more is stored, and billed",
    };
    return { id: "full", question, answer: answers[plan], value: plan };
  }
  const cap = formatNumber(logs.maxEntries);
  const answers = {
    deleteOldest: `beyond ${cap} logs the oldest are deleted`,
    stop: `from ${cap} logs on nothing new is stored; requests are served on, unseen`,
  };
  const sooner =
    plan === "free"
      ? `; sooner if the account's gateways hold ${formatNumber(FREE_PLAN_LOGS)} together`
      : "";
  return {
    id: "full",
    question,
    answer: `${answers[logs.whenFull]}${sooner}`,
    value: { maxEntries: logs.maxEntries, whenFull: logs.whenFull },
  };
}

function readers(settings: Settings): Fact {
  const named = settings.readers.map(({ name, kind, until, addresses, token }) => {
    const limits = [
      kind === "ci" ? "CI" : "person",
      until === undefined ? "no last day" : `until ${until}`,
      ...(addresses === undefined ? [] : [`from ${addresses.join(" ")}`]),
      ...(token ? ["by a token of this stack"] : []),
    ];
    return `${name} (${limits.join(", ")})`;
  });
  const own = [
    ...(retentionWorkerName(settings) === undefined ? [] : ["the retention Worker has one"]),
    ...(settings.readers.some(({ token }) => token)
      ? ["those of this stack stand encrypted in its state"]
      : []),
  ];
  const meant = named.length === 0 ? "nobody is named" : `meant to: ${list(named)}`;
  return {
    id: "readers",
    question: "Who can read them?",
    answer:
      `${meant}; able to: every token with AI Gateway Read or Edit${own.length === 0 ? "" : ` (${list(own)})`} and every member who may view the account, for all its gateways, ` +
      "and its Workers with an AI binding, for a log whose id they know; reads leave no trace",
    value: settings.readers,
    ...notProved([
      ...(settings.readers.every(({ token }) => token)
        ? []
        : [
            {
              point: 14,
              text: "that the named readers without a token of this stack have these limits",
            },
          ]),
      ...(settings.logs.system === "observability"
        ? [{ point: 15, text: "which permission Workers Observability asks of a token" }]
        : []),
    ]),
  };
}

function otherReaders({ logs, guardrails, dlp }: Settings): Fact {
  const found = [
    ...(guardrails === undefined ? [] : ["guardrails (models on Workers AI, while a call runs)"]),
    ...(dlp.length === 0 ? [] : ["data loss prevention (Cloudflare, while a call runs)"]),
    ...(logs.classification ? ["classification (Cloudflare, from stored logs)"] : []),
  ];
  return {
    id: "otherReaders",
    question: "Does anything else read prompts?",
    answer: found.length === 0 ? "nothing is declared, besides the models" : `yes: ${list(found)}`,
    value: {
      guardrails: guardrails !== undefined,
      dlp: dlp.length > 0,
      classification: logs.classification,
    },
    ...notProved(found.length === 0 ? [] : [NEW_GATEWAY]),
  };
}

function searches({ guardrails, dlp }: Settings): Fact {
  const sides = Object.entries(guardrails ?? {}).flatMap(([side, verdicts]) =>
    Object.entries(verdicts).map(([hazard, verdict]) => `${hazard} in the ${side} (${verdict})`),
  );
  const scans = dlp.map(
    ({ id, action, check }) =>
      `DLP ${id} in ${list(check.map((side) => `the ${side}`))} (${action})`,
  );
  const all = [...sides, ...scans];
  return {
    id: "searches",
    question: "What is looked for in them?",
    answer: all.length === 0 ? "nothing" : list(all),
    value: { guardrails: guardrails ?? null, dlp },
  };
}

function change({ authentication }: Settings): Fact {
  return {
    id: "change",
    question: "Can a caller change any of this?",
    answer: authentication
      ? "through the Worker no; beside it, for its own calls, with a token of the account that has AI Gateway Run, or as another Worker of it"
      : "through the Worker no; beside it, for their own calls, EVERYBODY who knows the gateway's address, which Cloudflare allows only for gateways made before 2026-11-03",
    value: { throughWorker: false, besideWorker: authentication ? "account" : "everybody" },
  };
}
