/** What an account holds that no stack file declares: each kind is found, and said with what it means for prompts. */
import { expect, onTestFinished, test } from "vitest";

import type { Finding } from "../../ops/look/finding.ts";
import { lookAtUndeclared } from "../../ops/look/undeclared/kinds.ts";
import { checkUndeclared } from "../../ops/verify/undeclared.ts";
import { startAccount } from "../support/account.ts";
import { HELD, holdIn } from "../support/held.ts";
import { callOps } from "../support/ops-command.ts";
import {
  ACCOUNT_ID,
  scriptedAccount,
  scriptedApi,
  type Answer,
} from "../support/scripted-account.ts";
import { stackWith } from "../support/settings.ts";

const SECRET = "sk-live-Ab3dEf6hIj9kLm2nOp5q";

test("an account that holds nothing else says so in one line", async () => {
  const findings = await look({});

  expect(findings.filter(({ kind }) => kind !== "unknown")).toEqual([
    {
      kind: "kept",
      about: "undeclared",
      message:
        "nothing else: no identity policies, dynamic routes, custom providers, datasets, evaluations, transformers of Logpush, notification policies, readers of analytics, members",
    },
  ]);
});

// No list of them is published, so that none can be found.
test("model aliases are never said to be absent", async () => {
  const findings = await look({});

  expect(findings.filter(({ kind }) => kind === "unknown")).toEqual([
    {
      kind: "unknown",
      about: "model aliases",
      message:
        "not looked at, because no API for them is published; the dashboard has them on each gateway's page Routing, and no stack's Worker asks for one",
    },
  ]);
});

const GATEWAY = "/ai-gateway/gateways/shop-dev";

test.each<[string, string, object, Pick<Finding, "kind" | "about">, readonly string[]]>([
  [
    "an identity policy in force",
    `${GATEWAY}/policies`,
    { name: "all", action: { type: "limit", amount: 5 } },
    { kind: "broken", about: 'identity policy "all" of shop-dev' },
    ["refuses (403) whatever matches none", "answers from the cache skip it"],
  ],
  [
    "a draft of one",
    `${GATEWAY}/policies`,
    { name: "all", action: { type: "block" }, staging: true },
    { kind: "note", about: 'identity policy "all" of shop-dev' },
    ["is a draft, which decides nothing"],
  ],
  [
    "a dataset",
    `${GATEWAY}/datasets`,
    { name: "support", enable: true, filters: [{ key: "model" }] },
    { kind: "broken", about: 'dataset "support" of shop-dev' },
    ["with the bodies that they have", "(by model)", "erased or too old"],
  ],
  [
    "an evaluation",
    `${GATEWAY}/evaluations`,
    { name: "cost", total_logs: 7, datasets: [{ name: "support" }] },
    { kind: "broken", about: 'evaluation "cost" of shop-dev' },
    ['has scored 7 logs (datasets: "support")'],
  ],
  [
    "a custom provider",
    "/ai-gateway/custom-providers",
    provider({ headers: JSON.stringify({ Authorization: `Bearer ${SECRET}`, [SECRET]: "x" }) }),
    { kind: "warning", about: "custom provider own" },
    [
      "custom-own/… to https://llm.example.com with the headers Authorization, (a key of 28 characters)",
    ],
  ],
  [
    "one whose headers are no object",
    "/ai-gateway/custom-providers",
    provider({ headers: `Authorization: ${SECRET}` }),
    { kind: "warning", about: "custom provider own" },
    ["with headers that are no JSON object"],
  ],
  [
    "one that is switched off",
    "/ai-gateway/custom-providers",
    provider({
      enable: false,
      base_url: `https://user:${SECRET}@llm.example.com/v1?key=${SECRET}`,
    }),
    { kind: "note", about: "custom provider own" },
    ["is switched off, and would send", "to https://llm.example.com,"],
  ],
  [
    "a transformer of a job's logs",
    "/logpush/transformers",
    { id: 1, name: "redact", dataset: "ai_gateway_events", associated_jobs: [{ id: 7 }] },
    { kind: "broken", about: 'transformer "redact"' },
    ["changes logs of ai_gateway_events before job 7 delivers them"],
  ],
  [
    "one that no job uses",
    "/logpush/transformers",
    { id: 1, name: "redact", dataset: "ai_gateway_events" },
    { kind: "note", about: 'transformer "redact"' },
    ["no job uses it"],
  ],
  [
    "a notification policy about jobs",
    "/alerting/v3/policies",
    {
      name: "copies",
      alert_type: "failing_logpush_job_disabled_alert",
      enabled: true,
      mechanisms: { email: [{ id: "a@example.com" }], webhooks: [{ id: SECRET }, { id: "b" }] },
    },
    { kind: "note", about: 'notification policy "copies"' },
    ["tells 1 e-mail receiver, 2 webhooks of a Logpush job that Cloudflare has switched off"],
  ],
  [
    "a token that reads analytics",
    "/tokens",
    token("Account Analytics Read"),
    { kind: "note", about: 'token "grafana"' },
    ["a caller's name too, even of calls without a log; no prompt"],
  ],
  [
    "members",
    "/members",
    { id: "m", email: "a@example.com", status: "accepted", roles: [{ name: "Administrator" }] },
    { kind: "note", about: "members" },
    ['1 member (1 as "Administrator")', "shows stored prompts and answers"],
  ],
])("%s is found", async (_, path, item, expected, parts) => {
  const findings = await look({ lists: { [path]: [item] } });

  const [found, ...others] = findings.filter(({ kind }) => !["kept", "unknown"].includes(kind));
  expect(others).toEqual([]);
  expect(found).toMatchObject(expected);
  for (const part of parts) expect(found?.message).toContain(part);
  expect(JSON.stringify(findings)).not.toMatch(/sk-live|@example\.com/);
});

test.each([
  ["a transformer of other logs", "/logpush/transformers", { id: 1, dataset: "http_requests" }],
  ["an alert about something else", "/alerting/v3/policies", { alert_type: "incident_alert" }],
  ["a token without analytics", "/tokens", token("DNS Read")],
  ["a token that has ended", "/tokens", { ...token("Account Analytics Read"), status: "expired" }],
])("%s is left out", async (_, path, item) => {
  const findings = await look({ lists: { [path]: [item] } });

  expect(findings[0]?.message).toContain("nothing else: ");
});

test("a notification policy that a stack declares is left out, and one beside it is not", async () => {
  const stacks = [
    stackWith("dev", { alerts: { email: "a@b.test", usage: { product: "r2", limit: 1 } } }),
  ];
  const policy = { alert_type: "billing_usage_alert", enabled: true, mechanisms: {} };
  const lists = {
    "/alerting/v3/policies": [
      { ...policy, name: "ai-gateway shop-dev usage" },
      { ...policy, name: "by hand" },
    ],
  };

  const findings = await look({ lists, stacks });

  expect(findings.filter(({ about }) => about.startsWith("notification policy"))).toMatchObject([
    { about: 'notification policy "by hand"' },
  ]);
});

test("a dynamic route is found with its models and versions", async () => {
  const [, route] = await look({
    routes: { routes: [ROUTE], per_page: 20 },
    versions: { versions: [{}, {}], per_page: 20 },
  });

  expect(route).toMatchObject({ kind: "warning", about: 'dynamic route "support" of shop-dev' });
  expect(route?.message).toContain(
    "asks for dynamic/support to openai/gpt-5 (deployed: version v2, of 2 saved)",
  );
});

test("routes that may go on behind a page are not looked at", async () => {
  const findings = await look({ routes: { routes: [ROUTE], per_page: 1 } });

  expect(findings.find(({ about }) => about === "dynamic routes")).toMatchObject({
    kind: "unknown",
    message: expect.stringContaining("1 dynamic route on a page, and the gateway may have more"),
  });
});

test("what belongs to a gateway without a stack breaks no promise", async () => {
  const lists = { [`${GATEWAY}/datasets`]: [{ name: "d", enable: true }] };

  const findings = await look({ lists, stacks: [] });

  expect(findings.find(({ about }) => about.startsWith("dataset"))).toMatchObject({ kind: "note" });
});

const MISSING = "the API has no such list for this token, which needs";

test.each([
  ["members", 403, "CLOUDFLARE_API_TOKEN lacks Account Settings Read for this account"],
  ["members", 404, `${MISSING} Account Settings Read, or the account has none of them yet`],
  ["transformers of Logpush", 404, `${MISSING} Logs Edit, or the account has none of them yet`],
])("%s refused with %s are a sentence with the permission", async (about, status, reason) => {
  const refused = { "/members": status, "/logpush/transformers": status };

  const findings = await look({ refused });

  expect(findings).toContainEqual({
    kind: "unknown",
    about,
    message: `not looked at, because ${reason}`,
  });
});

test("the embedded account's own lists are read over the official SDK, by both commands", async () => {
  const running = await startAccount({ gateways: [{ aiGatewayId: "shop-dev" }] });
  onTestFinished(() => running.stop());
  const { aiGateway } = running.client();
  const account = { account_id: running.accountId };
  await aiGateway.customProviders.create({
    ...account,
    ...provider({ headers: `{"x-key":"${SECRET}"}` }),
  });
  await aiGateway.datasets.create("shop-dev", { ...account, name: "d", enable: true, filters: [] });
  for (const { path, body } of HELD) {
    holdIn(running, path.replace("gateways/app/", "gateways/shop-dev/"), body);
  }
  const environment = {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    CLOUDFLARE_API_TOKEN: running.key,
  };

  const audited = await callOps("audit", ["--stack", "dev"], environment);
  const verified = await checkUndeclared({
    stack: stackWith("dev"),
    gatewayId: "shop-dev",
    accountId: running.accountId,
    cloudflare: running.client(),
  });

  expect(audited.stdout).toContain("! custom provider own: sends the prompts");
  expect(audited.stdout).toContain("with the headers x-key,");
  expect(audited.stdout).not.toContain(SECRET);
  for (const kind of ["dataset", "evaluation", "dynamic route", "transformer", "members"]) {
    expect(audited.stdout).toContain(kind);
    expect(verified.some(({ about }) => about.startsWith(kind))).toBe(true);
  }
  expect(verified.find(({ about }) => about.startsWith("dataset"))?.message).toMatch(
    /; delete it: Cloudflare has deprecated datasets$/,
  );
});

test("verify looks into the stack's own gateway alone", async () => {
  const asked: string[] = [];
  const account = scriptedAccount(({ path }) => {
    asked.push(path);
    return { status: 404 };
  }, "dev");

  await checkUndeclared(account);

  const gateways = asked.filter((path) => path.startsWith("/ai-gateway/gateways/"));
  expect(gateways.every((path) => path.startsWith(`${GATEWAY}/`))).toBe(true);
  expect(gateways).not.toEqual([]);
});

const ROUTE = {
  id: "r",
  name: "support",
  elements: [
    { type: "start" },
    { type: "model", properties: { model: "gpt-5", provider: "openai" } },
  ],
  deployment: { version_id: "v2" },
};

interface Scene {
  /** The lists that hold something, by path. */
  readonly lists?: Readonly<Record<string, readonly object[]>>;
  readonly routes?: object;
  readonly versions?: object;
  /** The statuses of lists that are refused. */
  readonly refused?: Readonly<Record<string, number>>;
  readonly stacks?: Parameters<typeof lookAtUndeclared>[0]["stacks"];
}

/** Looks at an account that has the gateway of stack dev, and what the scene has. */
function look({ lists = {}, refused = {}, stacks = [stackWith("dev")], ...scene }: Scene) {
  const cloudflare = scriptedApi(({ path, query }): Answer => {
    const status = refused[path];
    if (status !== undefined) return { status };
    const { routes = { routes: [] }, versions = { versions: [] } } = scene;
    if (path.endsWith("/routes")) return { result: null, data: routes };
    if (path.endsWith("/versions")) return { result: null, data: versions };
    return { result: Number(query.get("page") ?? 1) === 1 ? (lists[path] ?? []) : [] };
  });
  const place = { accountId: ACCOUNT_ID, cloudflare, gatewayIds: ["shop-dev"], stacks };
  return lookAtUndeclared(place);
}

function provider(changes: { headers?: string; enable?: boolean; base_url?: string }) {
  const base_url = "https://llm.example.com/v1";
  return { name: "Own", slug: "own", base_url, enable: true, ...changes };
}

function token(name: string): object {
  const resources = { [`com.cloudflare.api.account.${ACCOUNT_ID}`]: "*" };
  const policies = [{ effect: "allow", permission_groups: [{ id: "1", name }], resources }];
  return { name: "grafana", status: "active", policies };
}
