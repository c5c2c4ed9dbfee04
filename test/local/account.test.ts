import { expect, test } from "vitest";

import { applyResources } from "../../local/account.ts";
import { notImitated } from "../../local/not-imitated.ts";
import { OPEN } from "../support/gateway.ts";

const gateway = {
  type: "cloudflare:index/aiGateway:AiGateway",
  name: "gateway",
  inputs: { ...OPEN },
};
const script = {
  type: "cloudflare:index/workersScript:WorkersScript",
  name: "chat",
  inputs: {
    accountId: "0".repeat(32),
    scriptName: "chat",
    contentFile: "dist/chat.js",
    contentSha256: "00",
    mainModule: "chat.js",
    compatibilityFlags: [],
    observability: { enabled: true, logs: { enabled: true, invocationLogs: false } },
    compatibilityDate: "2026-10-23",
    bindings: [{ type: "ai", name: "AI" }],
  },
};

test("a gateway and a Worker are applied as declared", () => {
  const account = applyResources([gateway, script]);

  expect(account.gateways.get("app")).toEqual(OPEN);
  expect(account.script).toEqual(script.inputs);
});

test("a resource type that the local account does not have stops it by name, beside every other problem", () => {
  const zone = { type: "cloudflare:index/zone:Zone", name: "site", inputs: {} };
  const wrong = { ...gateway, inputs: { ...OPEN, cacheTtl: -1, logManagement: 5 } };

  expect(() => applyResources([zone, wrong, script])).toThrow(
    /cloudflare:index\/zone:Zone "site" does not exist locally.*"gateway": cacheTtl.*"gateway": logManagement/s,
  );
});

test("an input that is not imitated stops it by name", () => {
  const billed = { ...gateway, inputs: { ...OPEN, stripe: {} } };

  expect(() => applyResources([billed, script])).toThrow(/"gateway": .*stripe/);
});

const JSON_TRACES = { url: "https://otel.example.com/v1", headers: {}, contentType: "json" };
const POLICY = { id: "p", enabled: true, action: "BLOCK", checks: ["REQUEST"], profiles: ["all"] };

test.each<[readonly string[], object]>([
  [[], { spendLimits: { enabled: true, rules: [] }, otels: [JSON_TRACES], cacheTtl: 60 }],
  [["guardrails"], { guardrails: { prompt: { s1: "BLOCK" }, response: {} } }],
  [["dlp"], { dlp: { enabled: true, action: "FLAG", profiles: ["all"] } }],
  [["dlp"], { dlp: { enabled: true, policies: [POLICY] } }],
  [["logs.classification"], { logClassification: true }],
  [["zdr"], { byokOnly: true, zdr: true }],
  [["billing: unified"], { workersAiBillingMode: "unified" }],
  [["exports[].authorization"], { otels: [{ ...JSON_TRACES, authorization: "name" }] }],
  [["exports[].contentType: protobuf"], { otels: [{ ...JSON_TRACES, contentType: "protobuf" }] }],
  [["cache_invalidate_on_update: false"], { cacheInvalidateOnUpdate: false }],
])("of what a gateway declares, %j is named as not imitated", (names, declared) => {
  const account = applyResources([{ ...gateway, inputs: { ...OPEN, ...declared } }, script]);

  expect(notImitated(account.gateways)).toEqual(names);
});

test("a retention Worker is told from the chat Worker, whichever comes first", () => {
  const inputs = { ...script.inputs, scriptName: "chat-retention", mainModule: "retention.js" };
  const retention = { ...script, name: "retention", inputs };
  const account = applyResources([gateway, retention, token, trigger, script]);

  expect(account.script.scriptName).toBe("chat");
  expect(account.scripts.map(({ scriptName }) => scriptName)).toEqual(["chat-retention", "chat"]);
  expect(() => applyResources([gateway, retention])).toThrow("declares 0 chat Workers");
});

test("a token without a permission, or a trigger without a schedule, stops it", () => {
  const mute = { ...trigger, inputs: { ...trigger.inputs, schedules: [] } };
  const idle = { ...token, inputs: { ...token.inputs, policies: [] } };

  expect(() => applyResources([gateway, script, mute, idle])).toThrow(
    /"retention": schedules.*"retention": policies/s,
  );
});

const token = {
  type: "cloudflare:index/accountToken:AccountToken",
  name: "retention",
  inputs: {
    accountId: "0".repeat(32),
    name: "chat-retention",
    policies: [{ effect: "allow", permissionGroups: [{ id: "a" }], resources: "{}" }],
  },
};
const trigger = {
  type: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  name: "retention",
  inputs: {
    accountId: "0".repeat(32),
    scriptName: "chat-retention",
    schedules: [{ cron: "17 * * * *" }],
  },
};

test("a token whose last day is none, or whose networks are, stops it", () => {
  const limits = { expiresOn: "never", condition: { requestIp: { ins: ["everywhere"] } } };
  const reader = { ...token, name: "readers-oncall", inputs: { ...token.inputs, ...limits } };

  expect(() => applyResources([gateway, script, reader])).toThrow(
    /"readers-oncall": expiresOn.*"readers-oncall": condition\.requestIp\.ins/s,
  );
});

test("a program without a Worker stops it", () => {
  expect(() => applyResources([gateway])).toThrow("declares 0 chat Workers");
});
