/** The facts about logs: what, where, how long, for whom. */
import { OBSERVABILITY_DAYS } from "../platform.ts";
import type { Settings } from "../settings.ts";
import type { Fact } from "../statement.ts";
import { count, list } from "./words.ts";

export function logFacts(settings: Settings): readonly Fact[] {
  return [
    // First: the first line of a difference should be about this.
    bodies(settings),
    logged(settings),
    beside(settings),
    where(settings),
    howLong(settings),
    whenFull(settings),
    readers(settings),
    copies(settings),
    otherReaders(settings),
    searches(settings),
    change(settings),
  ];
}

function logged({ logs }: Settings): Fact {
  const isLogged = logs.collect !== "none";
  return {
    id: "logged",
    question: "Is a request through the Worker logged?",
    answer: isLogged
      ? "yes: model, tokens, cost, status, duration, and as metadata stack, caller, release and route"
      : "no",
    value: isLogged,
    ...(logs.collect === "metadata" && {
      notProved: "that a call can switch its own log on where the gateway collects none",
    }),
  };
}

function bodies({ logs }: Settings): Fact {
  const answers = {
    full: "YES, of every call",
    metadata: "no, never: the Worker says so on every call",
    none: "no",
  };
  return {
    id: "bodies",
    question: "Are prompts and answers stored?",
    answer: answers[logs.collect],
    value: logs.collect === "full",
    ...(logs.collect === "metadata" && {
      notProved: "that Cloudflare heeds the Worker's switch on a call of the AI binding",
    }),
  };
}

function beside({ logs }: Settings): Fact {
  const isLogged = logs.collect === "full";
  return {
    id: "beside",
    question: "Is a call beside the Worker logged?",
    answer: isLogged
      ? "YES, with prompt and answer"
      : "no: the gateway collects nothing by itself, unless the call's own headers ask for it",
    value: isLogged,
  };
}

function where({ logs }: Settings): Fact {
  const answers = {
    legacy: "in AI Gateway's own log store (legacy logs)",
    observability: "in Workers Observability, dataset ai-gateway",
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
      answer: `${OBSERVABILITY_DAYS} days, by Cloudflare's own rule (free plan: 3 days until 2026-11-30)`,
      value: OBSERVABILITY_DAYS,
    };
  }
  const declared = logs.keepDays;
  return {
    id: "days",
    question,
    answer:
      declared === undefined
        ? "without a limit of time: until somebody deletes them, or storage is full"
        : `${count(declared, "day")} are declared, and nothing in this stack deletes older logs`,
    value: declared ?? null,
  };
}

function whenFull({ logs, plan }: Settings): Fact {
  const question = "What if storage is full?";
  if (logs.system === "observability") {
    const answers = {
      free: "the rest of the day (UTC) is not stored",
      paid: "it is not: more is stored, and billed",
    };
    return { id: "full", question, answer: answers[plan], value: plan };
  }
  const cap = logs.maxEntries.toLocaleString("en");
  const answers = {
    deleteOldest: `beyond ${cap} logs the oldest are deleted`,
    stop: `from ${cap} logs on nothing new is stored; requests are served on, unseen`,
  };
  return {
    id: "full",
    question,
    answer: answers[logs.whenFull],
    value: { maxEntries: logs.maxEntries, whenFull: logs.whenFull },
  };
}

function readers(settings: Settings): Fact {
  const named = settings.readers.map(({ name, kind, until, addresses }) => {
    const limits = [
      kind === "ci" ? "CI" : "person",
      until === undefined ? "no last day" : `until ${until}`,
      ...(addresses === undefined ? [] : [`from ${addresses.join(" ")}`]),
    ];
    return `${name} (${limits.join(", ")})`;
  });
  return {
    id: "readers",
    question: "Who can read them?",
    answer: [
      ...(named.length === 0 ? [] : [`meant to: ${list(named)}`]),
      "able to: every token of the account with AI Gateway Read, and every member who may view it",
    ].join("; "),
    value: settings.readers,
  };
}

function copies({ exports }: Settings): Fact {
  const places = exports.map(({ url, keepDays }) => {
    const days = keepDays === undefined ? "for a time not stated" : `for ${count(keepDays, "day")}`;
    return `${url} (kept there ${days})`;
  });
  return {
    id: "copies",
    question: "Do copies leave?",
    answer:
      places.length === 0 ? "no" : `YES, with prompt and answer, as traces: to ${list(places)}`,
    value: exports.map(({ kind, url, keepDays }) => ({ kind, url, keepDays: keepDays ?? null })),
    ...(places.length > 0 && {
      notProved: "that a gateway just created takes its exporters: refresh, and deploy once more",
    }),
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
    answer: found.length === 0 ? "no" : `yes: ${list(found)}`,
    value: {
      guardrails: guardrails !== undefined,
      dlp: dlp.length > 0,
      classification: logs.classification,
    },
    ...((guardrails !== undefined || dlp.length > 0 || logs.classification) && {
      notProved: "that a gateway just created takes them: refresh, and deploy once more",
    }),
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
      ? "through the Worker no; beside it, with a token of the account that has AI Gateway Run, for its own calls"
      : "through the Worker no; beside it EVERYBODY who knows the gateway's address, for their own calls",
    value: { throughWorker: false, besideWorker: authentication ? "token" : "everybody" },
  };
}
