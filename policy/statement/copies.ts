/** States which copies of logs leave the account's log store, and who gets a message when they stop. */
import { alertPolicies } from "../gateway/alerts.ts";
import { keyName } from "../settings/public-key.ts";
import type { Settings } from "../settings/settings.ts";
import { count, formatNumber, list } from "../words.ts";
import { type Fact, notProved, type OpenPoint } from "./fact.ts";
import { callerName } from "./metadata.ts";

/** Settings that the API's create may drop. */
export const NEW_GATEWAY: OpenPoint = {
  point: 3,
  text: "that a gateway takes exporters, guardrails, DLP, spend limits and classification; a deploy reads them back, and fails where one is missing",
};

export function copies(settings: Settings): Fact {
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
export function toldOf(settings: Settings): readonly Fact[] {
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
