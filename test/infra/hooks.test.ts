import Cloudflare from "cloudflare";
import { expect, test } from "vitest";

import { refuseExisting } from "../../infra/hooks/refuse-existing.ts";
import {
  declaredBefore,
  requireSettled,
  settlePutOnly,
  type Wanted,
} from "../../infra/hooks/settle-put-only.ts";
import { warnOfLogs } from "../../infra/hooks/warn-of-logs.ts";
import { putOnlyFields } from "../../infra/hooks/put-only.ts";
import { refusal, scriptApi, success } from "../support/scripted-api.ts";
import { stackWith } from "../support/settings.ts";

const ACCOUNT = "0123456789abcdef0123456789abcdef";
const PLACE = { accountId: ACCOUNT, gatewayId: "shop-dev", stack: "dev" };
const GATEWAY = `/accounts/${ACCOUNT}/ai-gateway/gateways/shop-dev`;
const [GET, PUT, LOGS] = [`GET ${GATEWAY}`, `PUT ${GATEWAY}`, `GET ${GATEWAY}/logs`];

test("a gateway that is not there yet may be made, without a word", async () => {
  const { api, requests } = scriptApi({ [GET]: [refusal(404, 7002, "Not Found")] });
  const warnings: string[] = [];

  await refuseExisting(api, PLACE, (message) => warnings.push(message));

  expect(requests).toEqual([GET]);
  expect(warnings).toEqual([]);
});

test("a gateway that exists is named before it is made a second time, with the way to adopt it", async () => {
  const { api } = scriptApi({ [GET]: [{ id: "shop-dev" }] });

  await expect(refuseExisting(api, PLACE, fail)).rejects.toThrow(
    `gateway shop-dev exists in account ${ACCOUNT} and is not this stack's; adopt it with ` +
      "`npm run adopt -- --gateway shop-dev --stack dev`, " +
      "or choose another ai-gateway:gatewayId",
  );
});

test("where the account cannot be asked, a create goes on with a warning", async () => {
  const refusing = scriptApi({ [GET]: [refusal(403, 10_000, "Authentication error")] });
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);

  await refuseExisting(refusing.api, PLACE, warn);
  await refuseExisting(unreachable(), PLACE, warn);

  expect(warnings).toEqual([
    "not known whether gateway shop-dev exists already: HTTP 403, code 10000",
    "not known whether gateway shop-dev exists already: Cloudflare's API did not answer",
  ]);
});

const OTEL = {
  url: "https://otel.example.com/v1/traces",
  headers: { Authorization: "Basic hush" },
  content_type: "json",
} as const;

const CREATED = {
  id: "shop-dev",
  created_at: "2026-11-22T00:00:00Z",
  modified_at: "2026-11-22T00:00:00Z",
  is_default: false,
  internal_id: "shop-dev-1",
  cache_ttl: 0,
  collect_logs: true,
  logpush: false,
};

test("what a create dropped is put on the whole gateway, and seen to be there", async () => {
  const script = scriptApi({
    [GET]: [CREATED, { ...CREATED, otel: [OTEL], log_classification: true }],
    [PUT]: [{}],
  });
  const declared = { otel: [OTEL], log_classification: true } as const;

  await settlePutOnly(script.api, PLACE, { declared, before: [] });

  expect(script.requests).toEqual([GET, PUT, GET]);
  expect(script.bodies).toEqual([
    { cache_ttl: 0, collect_logs: true, logpush: false, otel: [OTEL], log_classification: true },
  ]);
});

test("nothing is put where the API holds it already, with its defaults and in its own order", async () => {
  const { settings } = stackWith("dev", {
    guardrails: { prompt: { P1: "block" }, response: {} },
    dlp: [
      { id: "a", action: "flag", check: ["request", "response"], profiles: [PROFILE] },
      { id: "b", action: "block", check: ["request"], profiles: [PROFILE] },
    ],
    spendLimits: [{ id: "daily", limitUsd: 5, windowSeconds: 86_400, per: "caller" }],
    exports: [{ kind: "otel", url: OTEL.url, headers: OTEL.headers }],
  });
  const policy = { enabled: true, profiles: [PROFILE] };
  const { api, requests } = scriptApi({
    [GET]: [
      {
        ...CREATED,
        guardrails: { prompt: { P1: "BLOCK" } },
        dlp: {
          enabled: true,
          policies: [
            { ...policy, id: "b", action: "BLOCK", check: ["REQUEST"] },
            { ...policy, id: "a", action: "FLAG", check: ["RESPONSE", "REQUEST"] },
          ],
        },
        spend_limits: {
          enabled: true,
          rules: [
            {
              id: "daily",
              enabled: true,
              limit: 5,
              limitType: "cost",
              window: 86_400,
              technique: "fixed",
              metadata: { caller: { mode: "partition" } },
              model: null,
            },
          ],
        },
        otel: [{ ...OTEL, headers: { authorization: "********" } }],
      },
    ],
  });

  await settlePutOnly(api, PLACE, { declared: putOnlyFields(settings), before: [] });

  expect(requests).toEqual([GET]);
});

const PROFILE = "00000000-0000-4000-8000-000000000001";

test.each([
  ["one verdict is another", { guardrails: { prompt: { P1: "FLAG" }, response: {} } }],
  ["one exporter is too many", { otel: [OTEL, { ...OTEL, url: "https://other.example.com" }] }],
  ["a header is missing", { otel: [{ ...OTEL, headers: {} }] }],
  ["it is switched off", { log_classification: false }],
])("a gateway is put right where %s", async (_, answer) => {
  const right = {
    guardrails: { prompt: { P1: "BLOCK" }, response: {} },
    otel: [OTEL],
    log_classification: true,
  } as const;
  const { api, requests } = scriptApi({
    [GET]: [
      { ...CREATED, ...right, ...answer },
      { ...CREATED, ...right },
    ],
    [PUT]: [{}],
  });

  await settlePutOnly(api, PLACE, { declared: right, before: [] });

  expect(requests).toEqual([GET, PUT, GET]);
});

test("what the API does not take is named by its settings, and no secret with it", async () => {
  const { api } = scriptApi({ [GET]: [CREATED], [PUT]: [{}] });
  const declared = { otel: [OTEL], guardrails: { prompt: { P1: "BLOCK" }, response: {} } } as const;

  await expect(settlePutOnly(api, PLACE, { declared, before: [] })).rejects.toThrow(
    /^gateway shop-dev does not hold what the stack declares for guardrails, exports, and an update did not change that; run `pulumi up --refresh`, and set in the dashboard what that does not mend$/,
  );
});

test("an update that the API refuses fails by its code, without the API's words", async () => {
  const { api } = scriptApi({
    [GET]: [CREATED],
    [PUT]: [refusal(400, 7001, "Basic hush is no header")],
  });

  await expect(
    settlePutOnly(api, PLACE, { declared: { otel: [OTEL] }, before: [] }),
  ).rejects.toThrow(
    /^not known whether gateway shop-dev holds what the stack declares for exports: HTTP 400, code 7001; run `pulumi up --refresh`$/,
  );
});

test("what a stack declares no longer is switched off where an update left it", async () => {
  const left = {
    ...CREATED,
    otel: [OTEL],
    dlp: { enabled: true, policies: [{ id: "a" }] },
    spend_limits: { enabled: true, rules: [{ id: "x" }] },
  };
  const script = scriptApi({
    [GET]: [
      left,
      {
        ...CREATED,
        otel: [],
        // Switched off, and empty: either is off.
        dlp: { enabled: false, policies: [{ id: "a" }] },
        spend_limits: { enabled: true, rules: [] },
      },
    ],
    [PUT]: [{}],
  });

  await settlePutOnly(script.api, PLACE, {
    declared: {},
    before: ["otel", "dlp", "spend_limits", "guardrails", "log_classification"],
  });

  expect(script.bodies).toMatchObject([
    {
      otel: null,
      dlp: { enabled: false, policies: [] },
      spend_limits: null,
      guardrails: null,
      log_classification: false,
    },
  ]);
});

test("what was declared before is told by the inputs that Pulumi kept, and what was off is not", () => {
  const inputs = {
    otels: [OTEL],
    guardrails: { prompt: { p1: "BLOCK" } },
    logClassification: false,
    spendLimits: null,
    cacheTtl: 60,
  };

  expect(declaredBefore(inputs)).toEqual(["guardrails", "otel"]);
});

test("what a stack declares still is not switched off because it was declared before", async () => {
  const { api, requests } = scriptApi({ [GET]: [{ ...CREATED, otel: [OTEL] }] });
  const wanted: Wanted = { declared: { otel: [OTEL] }, before: ["otel"] };

  await settlePutOnly(api, PLACE, wanted);

  expect(requests).toEqual([GET]);
});

test("a stack that declares none of it, and never did, asks nothing", async () => {
  const { api, requests } = scriptApi({});

  await settlePutOnly(api, PLACE, { declared: {}, before: [] });

  expect(requests).toEqual([]);
});

test("a deploy that changes nothing looks, and names what the gateway does not hold, or holds undeclared", async () => {
  const dlp = { enabled: true, policies: [{ id: "a" }] };
  const { api, requests } = scriptApi({
    [GET]: [
      { ...CREATED, dlp, guardrails: { prompt: {}, response: {} }, log_classification: false },
    ],
  });

  await expect(requireSettled(api, PLACE, { otel: [OTEL] })).rejects.toThrow(
    /^gateway shop-dev does not hold what the stack declares for dlp, exports; run `pulumi up --refresh`, and set in the dashboard what that does not mend$/,
  );
  expect(requests).toEqual([GET]);
});

test("a gateway that holds what is declared, and none that is not, passes; so does one that is gone", async () => {
  const settled = scriptApi({
    [GET]: [{ ...CREATED, otel: [OTEL], spend_limits: { enabled: false }, dlp: null }],
  });
  const gone = scriptApi({ [GET]: [refusal(404, 7002, "Not Found")] });

  await requireSettled(settled.api, PLACE, { otel: [OTEL] });
  await requireSettled(gone.api, PLACE, { otel: [OTEL] });

  expect([settled.requests, gone.requests]).toEqual([[GET], [GET]]);
});

test("where the account gives no answer, a deploy that changes nothing is not taken for settled", async () => {
  await expect(requireSettled(unreachable(), PLACE, {})).rejects.toThrow(
    "not known whether gateway shop-dev holds what the stack declares: Cloudflare's API did not answer",
  );
});

test("a gateway that may go says how many logs go with it", async () => {
  const { api } = scriptApi({ [LOGS]: [page(12_345)] });
  const warnings: string[] = [];

  await warnOfLogs(api, PLACE, {
    protect: false,
    system: "legacy",
    warn: (message) => warnings.push(message),
  });

  expect(warnings).toEqual([
    "gateway shop-dev goes, and its logs (12,345) with it; nothing brings them back",
  ]);
});

test("a stack that protects its gateway does not delete logs of one that was deployed without", async () => {
  const { api } = scriptApi({ [LOGS]: [page(7)] });

  await expect(warnOfLogs(api, PLACE, { ...PROTECTED, system: "legacy" })).rejects.toThrow(
    "gateway shop-dev would be deleted with its logs (7): it was deployed with protect: false, and the stack now declares " +
      "protect: true; deploy that alone first, which keeps the gateway, or set protect: false where the logs may go",
  );
});

test("a gateway without logs may go, and so may one that is gone already", async () => {
  const empty = scriptApi({ [LOGS]: [page(0)] });
  const gone = scriptApi({ [LOGS]: [refusal(404, 7002, "Not Found")] });

  await warnOfLogs(empty.api, PLACE, { ...PROTECTED, system: "legacy" });
  await warnOfLogs(gone.api, PLACE, { ...PROTECTED, system: "legacy" });

  expect([empty.requests, gone.requests]).toEqual([[LOGS], [LOGS]]);
});

test.each([
  ["without credentials", undefined, "the environment has no CLOUDFLARE_API_TOKEN"],
  ["without an answer", unreachable(), "Cloudflare's API did not answer"],
])("%s the logs are not taken for none", async (_, api, reason) => {
  await expect(warnOfLogs(api, PLACE, { ...PROTECTED, system: "legacy" })).rejects.toThrow(reason);
});

test("on Workers Observability an empty Logs API proves no absence of logs", async () => {
  const { api } = scriptApi({ [LOGS]: [page(0)] });

  await expect(warnOfLogs(api, PLACE, { ...PROTECTED, system: "observability" })).rejects.toThrow(
    "its logs (how many is not known on Workers Observability)",
  );
});

const PROTECTED = { protect: true, warn: fail };

function page(total_count: number): object {
  return success({ result: [], result_info: { page: 1, per_page: 1, count: 0, total_count } });
}

/** Port 1 is nobody's. */
function unreachable(): Cloudflare {
  return new Cloudflare({ apiToken: "t".repeat(40), baseURL: "http://127.0.0.1:1", maxRetries: 0 });
}

function fail(message: string): never {
  throw new Error(`an unexpected warning: ${message}`);
}
