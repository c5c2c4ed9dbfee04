/**
 * An outside judge of the local account: each answer has the fields that Cloudflare publishes of
 * the call, by the types of its SDK. A new route, or a field that is left out, is noticed here by
 * itself.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { ROUTES } from "../../../local/api/api.ts";
import { keepLog, REQUIRED, startAccount } from "../../support/account.ts";
import { HELD, holdIn } from "../../support/held.ts";
import { findPublished } from "../../support/published-methods.ts";
import { judge, type JudgedAnswer } from "../../support/published-types.ts";
import { ROOT } from "../../support/settings.ts";

let asked: Awaited<ReturnType<typeof askEverything>>;
beforeAll(async () => {
  asked = await askEverything();
});

test("every answer has the published fields, and of those no other type", async () => {
  const { wrong, leftOut } = judge(asked.answers);

  expect(wrong.map(placeOf)).toEqual(Object.values(DEPARTURES).flat().toSorted());
  expect(format(leftOut)).toBe(await readFile(LEFT_OUT, "utf8"));
});

test("every route is judged, unless there is a reason", () => {
  const judged = new Set(asked.answers.map(({ route }) => route));
  const others = ROUTES.map(([method, path]) => `${method} ${path}`).filter(
    (route) => !judged.has(route),
  );
  expect(others.toSorted()).toEqual(Object.values(NOT_JUDGED).flat().toSorted());
  expect(asked.refused).toEqual([]);
});

/** The optional fields that no answer of a route has. */
const LEFT_OUT = join(ROOT, "test/fixtures/published/left-out.txt");

/** The places where the local account departs from what is published, by the reason. */
const DEPARTURES: Readonly<Record<string, readonly string[]>> = {
  "the published list of datasets lacks that of AI Gateway, which the API takes": [
    "GET /accounts/:account/logpush/jobs result[].dataset",
    "GET /accounts/:account/logpush/jobs/:job result.dataset",
    "POST /accounts/:account/logpush/jobs result.dataset",
    "PUT /accounts/:account/logpush/jobs/:job result.dataset",
  ],
  "the SDK has one name for a webhook and for the class of its calls, whose methods no answer has":
    ["GET", "GET :webhook"].flatMap((which) => {
      const [verb = "", id] = which.split(" ");
      const path = `${verb} /accounts/:account/alerting/v3/destinations/webhooks`;
      const place = id === undefined ? `${path} result[]` : `${path}/${id} result`;
      return ["_client", "create", "delete", "get", "list", "update"].map(
        (method) => `${place}.${method}`,
      );
    }),
  // https://github.com/cloudflare/terraform-provider-cloudflare/issues/5819
  "the API is reported to answer in capitals": [
    "GET /accounts/:account/r2/buckets result.buckets[].location",
    "GET /accounts/:account/r2/buckets/:bucket result.location",
    "POST /accounts/:account/r2/buckets result.location",
  ],
  "without a placement the API answers an empty one, and the provider crashes where there is none":
    ["GET /accounts/:account/workers/scripts/:script/settings result.placement.mode"],
  "published as an object without fields; wrangler reads a list": [
    "GET /accounts/:account/workers/scripts/:script/versions/:version result.resources.bindings",
    "POST /accounts/:account/workers/scripts/:script/versions result.resources.bindings",
  ],
  "not published, and read by wrangler": [
    "PUT /accounts/:account/workers/scripts/:script result.deployment_id",
  ],
};

/** The routes without an answer to judge, by the reason. */
const NOT_JUDGED: Readonly<Record<string, readonly string[]>> = {
  "published in the documentation alone": [
    "DELETE /accounts/:account/ai-gateway/gateways/:gateway/policies/:id",
    "GET /accounts/:account/ai-gateway/gateways/:gateway/policies",
    "POST /accounts/:account/ai-gateway/gateways/:gateway/policies",
  ],
  "not published, and called by wrangler": [
    "DELETE /accounts/:account/workers/services/:script",
    "GET /accounts/:account/workers/scripts/:script/references",
    "GET /accounts/:account/workers/services/:script",
    "GET /accounts/:account/workers/tails/by-consumer/:script",
  ],
  "not published, and called by others' tools": [
    "DELETE /accounts/:account/ai-gateway/gateways/:gateway/provider_configs/:config",
  ],
  "not imitated": [
    "GET /accounts/:account/workers/scripts/:script/tails",
    "GET /accounts/:account/workers/scripts/:script/versions",
    "POST /accounts/:account/workers/scripts/:script/tails",
  ],
  "published without the types of an answer": ["POST /graphql"],
  "published as SQL alone, of which each query names its own fields": [
    "POST /accounts/:account/analytics_engine/sql",
  ],
  "refused to every token: there is no user": ["GET /memberships", "GET /user"],
};

const VERDICTS = Object.fromEntries(
  ["P1", ...Array.from({ length: 13 }, (_, index) => `S${index + 1}`)].map((key) => [key, "FLAG"]),
);

const GROUPS = {
  guardrails: { prompt: VERDICTS, response: VERDICTS },
  otel: [{ url: "https://traces.test/v1", headers: { a: "b" }, authorization: "s" }],
  dlp: { enabled: true, action: "BLOCK", profiles: ["a"] },
  spend_limits: {
    enabled: true,
    rules: [
      {
        limit: 5,
        limitType: "cost",
        window: 60,
        metadata: { caller: { mode: "partition" } },
        model: { mode: "filter", values: ["a/b"] },
        provider: { mode: "filter", values: ["openai"] },
      },
    ],
  },
  stripe: { authorization: "x", usage_events: [{ payload: "{}" }] },
  logpush_public_key: "k".repeat(16),
  retry_max_attempts: 2,
  retry_delay: 5,
  retry_backoff: "linear",
};

const SOURCE = 'export default { fetch: () => new Response("hi") };';

/** Makes each call of the API once, in an order in which it succeeds. */
async function askEverything() {
  const running = await startAccount();
  const answers: JudgedAnswer[] = [];
  const refused: string[] = [];
  // oxlint-disable-next-line typescript/no-explicit-any -- what it has is what is judged
  const call = async (line: string, body?: object): Promise<any> => {
    const [verb = "", place = ""] = line.split(" ");
    const path = place.startsWith("/") ? place : `/accounts/${running.accountId}/${place}`;
    const response = await fetch(`${running.apiUrl}${path}`, {
      method: verb,
      headers: { authorization: `Bearer ${running.key}` },
      ...(body && { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) refused.push(`${line}: ${response.status} ${text}`);
    const [pathname = ""] = path.split("?");
    const method = findPublished(verb, pathname);
    const route = ROUTES.find(([each, shape]) => each === verb && toPattern(shape).test(pathname));
    if (method === undefined || route === undefined) return JSON.parse(text).result;
    const json = response.headers.get("content-type")?.startsWith("application/json") === true;
    answers.push({ route: `${verb} ${route[1]}`, method, body: json ? JSON.parse(text) : text });
    return json ? JSON.parse(text).result : text;
  };

  keepLog(running.store, { id: "one", metadata: { a: 1 } }, { request: "{}", response: "{}" });
  await call("GET /accounts");
  await call("GET subscriptions");
  await call("GET /user/tokens/verify");
  await call("GET tokens/verify");
  const groups = await call("GET tokens/permission_groups");
  const policies = [
    {
      effect: "allow",
      permission_groups: [{ id: groups[0].id }],
      resources: { [`com.cloudflare.api.account.${running.accountId}`]: "*" },
    },
  ];
  const condition = { request_ip: { in: ["10.0.0.0/8"], not_in: ["10.1.0.0/16"] } };
  const times = { not_before: "2026-11-01T00:00:00Z", expires_on: "2099-01-01T00:00:00Z" };
  const wanted = { name: "t", policies, condition, ...times };
  const { id: token } = await call("POST tokens", wanted);
  await call("GET tokens");
  await call(`GET tokens/${token}`);
  await call(`PUT tokens/${token}`, wanted);
  await call(`PUT tokens/${token}/value`, {});
  await call(`DELETE tokens/${token}`);

  const gateways = "ai-gateway/gateways";
  await call(`POST ${gateways}`, { id: "made", ...REQUIRED, ...GROUPS });
  await call(`GET ${gateways}`);
  await call(`GET ${gateways}/made`);
  await call(`PUT ${gateways}/made`, REQUIRED);
  const store = "5ec5".repeat(8);
  const secrets = `secrets_store/stores/${store}/secrets`;
  await call("GET secrets_store/stores");
  const secret = { name: "made_openai_default", scopes: ["ai_gateway"], value: "k" };
  const [kept] = await call(`POST ${secrets}`, [{ ...secret, comment: "c" }]);
  await call(`GET ${secrets}`);
  await call(`GET ${secrets}/${kept.id}`);
  await call(`PATCH ${secrets}/${kept.id}`, { value: "other" });
  const configs = `${gateways}/made/provider_configs`;
  const key = { alias: "default", default_config: true, provider_slug: "openai" };
  const limit = { rate_limit: 5, rate_limit_period: 60 };
  const { id: config } = await call(`POST ${configs}`, { ...key, ...limit, secret_id: kept.id });
  await call(`GET ${configs}`);
  await call(`DELETE ${configs}/${config}`);
  await call(`DELETE ${secrets}/${kept.id}`);
  await call(`DELETE ${gateways}/made`);
  await call(`GET ${gateways}/app/logs?meta_info=true`);
  await call(`GET ${gateways}/app/logs/one`);
  await call(`PATCH ${gateways}/app/logs/one`, { feedback: 1 });
  await call(`GET ${gateways}/app/logs/one/request`);
  await call(`GET ${gateways}/app/logs/one/response`);
  await call(`DELETE ${gateways}/app/logs`);

  const filters = [{ key: "model", operator: "eq", value: ["a"] }];
  const dataset = await call(`POST ${gateways}/app/datasets`, { name: "d", enable: true, filters });
  await call(`GET ${gateways}/app/datasets`);
  await call(`DELETE ${gateways}/app/datasets/${dataset.id}`);
  const custom = { name: "p", slug: "p", base_url: "https://p.test", headers: "{}" };
  const { id: provider } = await call("POST ai-gateway/custom-providers", custom);
  await call("GET ai-gateway/custom-providers");
  await call(`DELETE ai-gateway/custom-providers/${provider}`);
  for (const { path, body } of HELD) holdIn(running, path, body);
  for (const { path } of HELD) await call(`GET ${path}`);

  const scripts = "workers/scripts";
  await call(`PUT ${scripts}/w`, upload());
  await call(`GET ${scripts}`);
  await call(`GET ${scripts}/w/settings`);
  await call(`PATCH ${scripts}/w/script-settings`, { logpush: true });
  await call(`GET ${scripts}/w/script-settings`);
  await call(`GET ${scripts}/w/content/v2`);
  await call(`PUT ${scripts}/w/secrets`, { name: "KEY", text: "x", type: "secret_text" });
  await call(`GET ${scripts}/w/secrets`);
  await call(`GET ${scripts}/w/secrets/KEY`);
  await call(`DELETE ${scripts}/w/secrets/KEY`);
  await call(`POST ${scripts}/w/subdomain`, { enabled: true });
  await call(`GET ${scripts}/w/subdomain`);
  await call(`DELETE ${scripts}/w/subdomain`);
  await call(`PUT ${scripts}/w/schedules`, [{ cron: "0 3 * * *" }]);
  await call(`GET ${scripts}/w/schedules`);
  const { id: version } = await call(`POST ${scripts}/w/versions`, upload());
  await call(`GET ${scripts}/w/versions/${version}`);
  const versions = [{ version_id: version, percentage: 100 }];
  await call(`POST ${scripts}/w/deployments`, { strategy: "percentage", versions });
  await call(`GET ${scripts}/w/deployments`);
  await call("GET workers/workers/w");
  await call("GET workers/subdomain");
  await call("GET workers/domains");
  await call("GET workers/durable_objects/namespaces");
  await call("GET storage/kv/namespaces");
  await call(`DELETE ${scripts}/w`);

  const buckets = "r2/buckets";
  await call(`POST ${buckets}`, { name: "bucket" });
  await call(`GET ${buckets}`);
  await call(`GET ${buckets}/bucket`);
  await call(`PUT ${buckets}/bucket/lifecycle`, {
    rules: [{ id: "r", enabled: true, conditions: { prefix: "" } }],
  });
  await call(`GET ${buckets}/bucket/lifecycle`);
  await running.objects.put("bucket", "a/b.gz", Buffer.from("x"));
  await call(`GET ${buckets}/bucket/objects`);
  await call(`GET ${buckets}/bucket/objects/a%2Fb.gz`);
  await call(`DELETE ${buckets}/bucket/objects/a%2Fb.gz`);

  const output = { output_options: { field_names: ["Gateway"], timestamp_format: "rfc3339" } };
  const job = {
    ...output,
    dataset: "ai_gateway_events",
    destination_conf: "https://logs.test/x",
    name: "j",
  };
  const { id } = await call("POST logpush/jobs", { ...job, enabled: true });
  await call("GET logpush/jobs");
  await call("GET logpush/datasets/ai_gateway_events/fields");
  await call(`GET logpush/jobs/${id}`);
  await call(`PUT logpush/jobs/${id}`, { enabled: false });
  await call(`DELETE logpush/jobs/${id}`);
  await call(`DELETE ${buckets}/bucket`);

  const webhooks = "alerting/v3/destinations/webhooks";
  const webhook = { name: "hook", url: "https://alerts.test/x" };
  const { id: hook } = await call(`POST ${webhooks}`, webhook);
  await call(`GET ${webhooks}`);
  await call(`GET ${webhooks}/${hook}`);
  await call(`PUT ${webhooks}/${hook}`, webhook);
  const policy = {
    name: "p",
    alert_type: "billing_usage_alert",
    enabled: true,
    mechanisms: { email: [{ id: "ops@example.com" }], webhooks: [{ id: hook }] },
  };
  const { id: notified } = await call("POST alerting/v3/policies", policy);
  await call("GET alerting/v3/policies");
  await call(`GET alerting/v3/policies/${notified}`);
  await call(`PUT alerting/v3/policies/${notified}`, { enabled: false });
  await call(`DELETE alerting/v3/policies/${notified}`);
  await call(`DELETE ${webhooks}/${hook}`);
  await running.stop();
  return { answers, refused };
}

/** Returns the place of a difference, without what stands there. */
function placeOf(difference: string): string {
  return difference.replace(/ is (?:not published|missing)$| is .*$/s, "");
}

/** Lists the places below their routes. */
function format(places: readonly string[]): string {
  const routes = Object.groupBy(places, (place) => place.slice(0, place.lastIndexOf(" ")));
  const lines = Object.entries(routes).flatMap(([route, each = []]) => [
    route,
    ...each.map((place) => place.replace(`${route} `, "  ")),
  ]);
  return `${lines.join("\n")}\n`;
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+(?:\{[^}]*\})?/g, "[^/]+")}$`);
}

function upload(): FormData {
  const form = new FormData();
  const bindings = [
    { type: "ai", name: "AI" },
    { type: "plain_text", name: "WORD", text: "x" },
    { type: "secret_text", name: "SECRET", text: "x" },
    { type: "ratelimit", name: "LIMIT", namespace_id: "1", simple: { limit: 1, period: 60 } },
  ];
  const metadata = { main_module: "main.js", compatibility_date: "2026-10-23", bindings };
  form.set("metadata", JSON.stringify(metadata));
  form.set("main.js", new Blob([SOURCE], { type: "application/javascript+module" }), "main.js");
  return form;
}
