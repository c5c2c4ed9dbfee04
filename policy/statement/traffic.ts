/** The facts about calls: who, from where, to which models, within which limits. */
import { authorOf } from "../gateway/provider-keys.ts";
import { isWorkersAi } from "../platform.ts";
import { money } from "./money.ts";
import { describeKey } from "../settings/caller-key.ts";
import { formatOf } from "../settings/formats.ts";
import { REACHES } from "../settings/reaches.ts";
import type { Settings } from "../settings/settings.ts";
import type { Fact, OpenPoint } from "./fact.ts";
import { limits } from "./limits.ts";
import { count, list } from "../words.ts";

export function trafficFacts(settings: Settings): readonly Fact[] {
  return [
    callers(settings),
    address(settings),
    models(settings),
    reaches(settings),
    money(settings),
    cache(settings),
    limits(settings),
    retries(settings),
    deletion(settings),
  ];
}

function callers({ worker, callers: declared, anonymousCallers }: Settings): Fact {
  const named = declared.map(({ name, sha256, until, models: own }) => {
    const notes = [
      ...(until === undefined ? [] : [`until ${until}`]),
      describeKey(sha256),
      ...(own === undefined ? [] : [`only ${own.join(" and ")}`]),
    ];
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
  const third = worker.models.map(({ id }) => id).filter((id) => !isWorkersAi(id));
  const providers = [...new Set(third.map(authorOf))];
  const leaving =
    providers.length === 0 ? "" : `; prompts go to ${list(providers)}, under their own terms`;
  const instead =
    worker.fallbacks.length === 0 ? "" : `; where one fails, in turn ${list(worker.fallbacks)}`;
  const isNative = worker.models.some(({ stream }) => stream === "native");
  const notProved = [...(third.length > 0 ? [FORMS] : []), ...(isNative ? [STREAMS] : [])];
  return {
    id: "models",
    question: "Which models?",
    answer: `${list(worker.models.map(describeModel))}${instead}${leaving}${isNative ? UNREAD : ""}`,
    value: { models: worker.models, fallbacks: worker.fallbacks },
    ...(notProved.length > 0 && { notProved }),
  };
}

const UNREAD =
  "; a stream that passes unread is not repaired, has the provider's own ids and errors, may be silent until the model's time is over, and is cut where it breaks off";

const STREAMS: OpenPoint = {
  point: 20,
  text: "that the streams which pass unread are clean in the format that their callers read",
};

const FORMS: OpenPoint = {
  point: 19,
  text: "that each third party's model takes the format of request that is known or declared of it",
};

/** Describes a model; its format where the stack file declares another one than is known. */
function describeModel(model: Settings["worker"]["models"][number]): string {
  const { id, speaks, name, stream } = model;
  const notes = [
    ...(name === undefined ? [] : [`also asked for as ${name}`]),
    ...(speaks === undefined ? ["in which format is not known"] : []),
    ...(speaks === formatOf(id) || speaks === undefined ? [] : [`said to speak ${speaks}`]),
    ...(stream === undefined ? [] : ["its streams pass unread to callers of its format"]),
  ];
  return notes.length === 0 ? id : `${id} (${notes.join("; ")})`;
}

function reaches({ worker: { allow } }: Settings): Fact {
  const each = allow.map((reach) => `${reach} (${REACHES[reach].does})`);
  return {
    id: "reaches",
    question: "What may a request ask of a provider besides an answer?",
    answer:
      allow.length === 0
        ? "nothing: what would be kept, fetched or sent on is refused"
        : `${list(each)}: for how long and by whom that is read is unknown, and no setting here reaches it`,
    value: allow,
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
      ? "not by pulumi up or destroy, with --ignore-protect neither: the program refuses it, and it is kept at Cloudflare if it leaves the stack; a token with AI Gateway Edit can delete it"
      : "YES, and most likely its logs with it",
    value: !protect,
    ...(!protect && {
      notProved: [
        { point: 12, text: "that a deleted gateway's logs are gone, also for a new one of its id" },
      ],
    }),
  };
}
