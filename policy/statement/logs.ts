/** The facts about logs: what, where, how long, for whom. Claims about the platform: docs/what-is-stored.md. */
import { FREE_PLAN_LOGS, OBSERVABILITY_DAYS } from "../platform.ts";
import { keyName } from "../settings/public-key.ts";
import type { Settings } from "../settings/settings.ts";
import type { Fact, OpenPoint } from "./fact.ts";
import { telemetryFact } from "./telemetry.ts";
import { alertPolicies } from "../gateway/alerts.ts";
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
    ...toldOf(settings),
    otherReaders(settings),
    searches(settings),
    change(settings),
  ];
}

/** Settings that the API's create may drop. */
export const NEW_GATEWAY: OpenPoint = {
  point: 3,
  text: "that a gateway takes exporters, guardrails, DLP, spend limits and classification; a deploy reads them back, and fails where one is missing",
};

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

function callerName({ anonymousCallers, worker }: Settings): string {
  if (anonymousCallers !== undefined) return "a keyed hash of the caller";
  return worker.cloudflareAccess === undefined ? "caller" : "caller (of people the e-mail address)";
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
  const told =
    alertUrl === undefined
      ? "its failures are in its own log alone"
      : "a webhook hears of failures";
  return {
    id: "days",
    question,
    answer: `${count(keepDays, "day")}: the retention Worker deletes older ones, every hour${newer}; ${told}`,
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

function copies(settings: Settings): Fact {
  const { exports, logpush } = settings;
  const traces = exports.map((copy) => `${copy.url} (${describeExport(copy)})`);
  const pushed = logpush === undefined ? [] : [describeLogpush(settings, logpush)];
  const full = [
    ...(traces.length === 0 ? [] : [`as traces to ${list(traces)}`]),
    ...(logpush?.bodies === true ? pushed : []),
  ];
  const bare = logpush?.bodies === false ? pushed : [];
  const kinds = [
    ...(full.length === 0 ? [] : [`with prompt, answer and metadata: ${full.join("; ")}`]),
    ...bare.map((copy) => `without prompts and answers: ${copy}`),
  ];
  return {
    id: "copies",
    question: "Do copies leave?",
    answer: kinds.length === 0 ? "none is declared" : `YES, ${kinds.join("; and ")}`,
    value: [
      ...exports.map(({ headers, authorization = null, keepDays = null, ...copy }) => ({
        ...copy,
        keepDays,
        authorization,
        headers: Object.keys(headers),
      })),
      ...(logpush === undefined ? [] : [{ kind: "logpush", ...logpush }]),
    ],
    ...notProved([
      {
        point: 10,
        text: "that an exporter taken out of the stack file, or added by hand, is gone after a deploy",
      },
      ...(traces.length === 0 ? [] : [NEW_GATEWAY]),
      ...(logpush === undefined ? [] : [pushedAsDeclared(logpush)]),
    ]),
  };
}

type Logpush = NonNullable<Settings["logpush"]>;

function pushedAsDeclared(logpush: Logpush): OpenPoint {
  const how = logpush.bodies
    ? "encrypted for that key alone"
    : "with the fields alone that its job names";
  return {
    point: 17,
    text: `that Logpush copies this gateway's logs and no other's, ${how}`,
  };
}

/** States who is told when copies stop, for a stack that has any, or tells somebody of something. */
function toldOf(settings: Settings): readonly Fact[] {
  const { logpush, alerts } = settings;
  if (logpush === undefined && alerts === undefined) return [];
  const policies = alertPolicies(settings);
  const { email, webhook, usage } = alerts ?? {};
  const whom = [
    ...(email === undefined ? [] : [email]),
    ...(webhook === undefined ? [] : ["a webhook"]),
  ].join(" and ");
  const events = [
    ...(logpush === undefined ? [] : ["Logpush switches off a job of the account that fails"]),
    ...(usage === undefined
      ? []
      : [`usage of ${usage.product} passes ${formatNumber(usage.limit)}`]),
  ];
  const answers = {
    nobody: "NOBODY: a job that Cloudflare switches off because it fails stays so, unseen",
    nothing: `nobody: ${whom} would be, and nothing is to be told`,
    told: `${whom}, where ${events.join(" or ")}; a gap in the copies is not seen by it`,
  };
  const state = alerts === undefined ? "nobody" : policies.length === 0 ? "nothing" : "told";
  return [
    {
      id: "alerts",
      question: "Who is told when copies stop?",
      answer: answers[state],
      value: {
        email: email ?? null,
        webhook: webhook !== undefined,
        of: policies.map(({ type, filters = null }) => ({ type, filters })),
      },
    },
  ];
}

/** What is sent along decides who can read a copy, and with which secret of the account. */
function describeExport(copy: Settings["exports"][number]): string {
  const { keepDays, contentType, headers, authorization } = copy;
  const names = Object.keys(headers);
  return list([
    keepDays === undefined
      ? "kept there for a time not stated"
      : `kept there for ${count(keepDays, "day")}`,
    `as ${contentType}`,
    ...(names.length === 0 ? [] : [`with header ${names.join(" and ")}`]),
    ...(authorization === undefined
      ? []
      : [`with the account's secret ${authorization} as authorization`]),
  ]);
}

function describeLogpush(settings: Settings, logpush: Logpush): string {
  const { bucket, keepDays, publicKey } = logpush;
  const owner =
    publicKey === undefined
      ? undefined
      : `encrypted for the owner of the key that ends in ${keyName(publicKey)}`;
  const sealed = owner === undefined ? "" : `, ${logpush.bodies ? "" : "metadata "}${owner}`;
  const clear = [
    "gateway, provider, models, endpoint, status, time, cost, duration",
    ...(owner === undefined ? [`metadata (stack, ${callerName(settings)}, release, route)`] : []),
  ];
  return (
    `by Logpush to R2 bucket ${bucket} of the account${sealed} ` +
    `(kept there for ${count(keepDays, "day")}, and up to a day more); in clear there: ${list(clear)}`
  );
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

function notProved(points: readonly OpenPoint[]): Pick<Fact, "notProved"> {
  return points.length === 0 ? {} : { notProved: points };
}
