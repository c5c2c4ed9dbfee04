/** States which copies of logs leave the account's log store, and who gets a message when they stop. */
import { alertPolicies } from "../gateway/alerts.ts";
import { keyName } from "../settings/public-key.ts";
import type { Settings } from "../settings/settings.ts";
import { count, formatNumber, list } from "../words.ts";
import { type Fact, notProved, type OpenPoint } from "./fact.ts";
import { callerName } from "../gateway/callers.ts";

/** Settings that the API's create may drop. */
export const NEW_GATEWAY: OpenPoint = {
  point: 3,
  text: "that a gateway takes exporters, guardrails, DLP, spend limits and classification; a deploy reads them back, and fails where one is missing",
};

/** States which copies of logs leave, and what they hold. */
export function copies(settings: Settings): Fact {
  const { exports, logpush } = settings;
  const answer = describeCopies(settings);
  return {
    id: "copies",
    question: "Do copies leave?",
    answer: answer === "" ? "none is declared" : `YES, ${answer}`,
    value: [
      ...exports.map(toValue),
      ...(logpush === undefined ? [] : [{ kind: "logpush", ...logpush }]),
    ],
    ...notProved([
      {
        point: 10,
        text: "that an exporter taken out of the stack file, or added by hand, is gone after a deploy",
      },
      ...(exports.length === 0 ? [] : [NEW_GATEWAY]),
      ...(logpush === undefined ? [] : [pushedAsDeclared(logpush)]),
    ]),
  };
}

/** Describes all copies, those with prompts first; empty where there are none. */
function describeCopies(settings: Settings): string {
  const { exports, logpush } = settings;
  const traces = exports.map((copy) => `${copy.url} (${describeExport(copy)})`);
  const pushed = logpush === undefined ? [] : [describeLogpush(settings, logpush)];
  const full = [
    ...(traces.length === 0 ? [] : [`as traces to ${list(traces)}`]),
    ...(logpush?.bodies === true ? pushed : []),
  ];
  const bare = logpush?.bodies === false ? pushed : [];
  return [
    ...(full.length === 0 ? [] : [`with prompt, answer and metadata: ${full.join("; ")}`]),
    ...bare.map((copy) => `without prompts and answers: ${copy}`),
  ].join("; and ");
}

type Export = Settings["exports"][number];

/** Makes the data of an export. The values of headers are secrets. */
function toValue({ headers, authorization, keepDays, ...copy }: Export): object {
  const absent = { keepDays: keepDays ?? null, authorization: authorization ?? null };
  return { ...copy, ...absent, headers: Object.keys(headers) };
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

/** States who gets a message when copies stop, for a stack with copies or with alerts. */
export function alertFacts(settings: Settings): readonly Fact[] {
  const { logpush, alerts } = settings;
  if (logpush === undefined && alerts === undefined) return [];
  const { email, webhook } = alerts ?? {};
  const policies = alertPolicies(settings);
  return [
    {
      id: "alerts",
      question: "Who gets a message when copies stop?",
      answer: describeAlerts(settings),
      value: {
        email: email ?? null,
        webhook: webhook !== undefined,
        of: policies.map(({ type, filters = null }) => ({ type, filters })),
      },
    },
  ];
}

function describeAlerts({ logpush, alerts }: Settings): string {
  if (alerts === undefined) {
    return "NOBODY: a job that Cloudflare switches off because it fails stays so, unseen";
  }
  const { email, webhook, usage } = alerts;
  const whom = [email, webhook === undefined ? undefined : "a webhook"]
    .filter((each) => each !== undefined)
    .join(" and ");
  const events = [
    ...(logpush === undefined ? [] : ["Logpush switches off a job of the account that fails"]),
    ...(usage === undefined
      ? []
      : [`usage of ${usage.product} passes ${formatNumber(usage.limit)}`]),
  ];
  return events.length === 0
    ? `nobody: ${whom} is declared, and no message is`
    : `${whom}, where ${events.join(" or ")}; a gap in the copies is not seen by it`;
}

/** What is sent along decides who can read a copy, and with which secret of the account. */
function describeExport(copy: Export): string {
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
