import { expect, onTestFinished, test } from "vitest";

import { type AuditFinding } from "../../ops/audit/audit.ts";
import { groupByAccount } from "../../ops/audit/declared.ts";
import { auditText } from "../../ops/audit/render.ts";
import { startAccount } from "../support/account.ts";
import { callOps, runOps } from "../support/ops-command.ts";
import { ACCOUNT_ID, scriptedApi } from "../support/scripted-account.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { stackWith } from "../support/settings.ts";
import { audit, about, gateway, ai, id } from "../support/audit.ts";

test("the real command tells what no stack file declares, and ends with 1", async () => {
  const running = await startAccount({
    gateways: [{ aiGatewayId: "shop-dev" }, { aiGatewayId: "by-hand\u001B[2J" }],
  });
  onTestFinished(() => running.stop());
  const environment = {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
    CLOUDFLARE_API_TOKEN: running.key,
  };

  const { code, stdout, stderr } = await runOps("audit", [], environment);
  const json = await callOps("audit", ["--stack", "dev", "--json"], environment);

  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toContain("✔ shop-dev: declared by stack dev");
  expect(stdout).toContain(
    "✘ by-hand�[2J: no stack file declares it; it collects logs, prompts too, and has none yet\n    → take it into",
  );
  expect(stdout).toContain("· shop-prod: stack prod declares it, and the account does not have it");
  const [audited, ...others] = JSON.parse(json.stdout);
  expect(others).toEqual([]);
  expect(audited).toMatchObject({ accountId: running.accountId, stacks: ["dev", "prod"] });
  expect(audited.findings.slice(0, 3)).toEqual([
    { area: "gateways", kind: "ok", where: "shop-dev", what: "declared by stack dev" },
    {
      area: "gateways",
      kind: "wrong",
      where: "by-hand\u001B[2J",
      what: "no stack file declares it; it collects logs, prompts too, and has none yet",
      remedy: "take it into a stack file, or delete it in the dashboard, which may delete its logs",
    },
    {
      area: "gateways",
      kind: "note",
      where: "shop-prod",
      what: "stack prod declares it, and the account does not have it (not deployed yet?)",
    },
  ]);
});

test("an account as its stack files say it has nothing to act on", async () => {
  const findings = await audit({});

  expect(kinds(findings, "broken")).toEqual([]);
  expect(kinds(findings, "unknown")).toEqual([
    ["tokens", "members' own tokens"],
    ["the rest", "model aliases"],
  ]);
});

test.each([
  [
    "collects logs",
    { collect_logs: true },
    [],
    "collects logs, prompts too, and has none yet: calls",
  ],
  ["was used", { collect_logs: false }, [oldLog()], "collects no logs and has one of 2026-11-20T"],
])("a default gateway that %s is to act on", async (_, settings, logs, message) => {
  const gateways = [gateway("shop-dev"), { ...gateway("default"), ...settings }];
  const findings = await audit({ gateways, logs });

  expect(about(findings, "default")).toMatchObject({ kind: "broken" });
  expect(about(findings, "default")?.message).toContain(message);
});

test("a default gateway that stores nothing is a note", async () => {
  const idle = { ...gateway("default"), collect_logs: false };
  const findings = await audit({ gateways: [gateway("shop-dev"), idle] });

  expect(about(findings, "default")).toMatchObject({ kind: "note" });
});

test("the caps of all gateways count against the free plan, undeclared ones too", async () => {
  const large = { ...gateway("other"), log_management: 95_000 };
  const findings = await audit({ gateways: [gateway("shop-dev"), large] });
  const alone = await audit({ gateways: [gateway("shop-dev")] });

  const free = "the free plan stores 100,000 logs of all together";
  const message = `caps of 105,000 logs in 2 gateways; ${free}`;
  expect(findings).toContainEqual(expect.objectContaining({ kind: "broken", message }));
  const one = expect.stringMatching(/^caps of \d+,\d{3} logs in 1 gateway; /);
  expect(alone).toContainEqual(expect.objectContaining({ message: one }));
});

test("a plan without room for another gateway is to act on", async () => {
  const gateways = Array.from({ length: 10 }, (_, n) => ({
    ...gateway(n === 0 ? "shop-dev" : `g${n}`),
    log_management: 10_000,
  }));
  const findings = await audit({ gateways });

  const message = "10 of 10 gateways of the free plan";
  expect(findings).toContainEqual(expect.objectContaining({ kind: "broken", message }));
});

test.each<[string, readonly object[], string | undefined]>([
  ["the declared gateway", [ai(), id("shop-dev")], undefined],
  [
    "another gateway",
    [ai(), id("default")],
    'calls gateway "default"; stack dev declares shop-dev',
  ],
  ["an empty id", [ai(), id("")], "has an empty GATEWAY_ID; stack dev declares shop-dev"],
  ["no id", [ai()], "has no binding GATEWAY_ID; stack dev declares shop-dev"],
  [
    "a hidden id",
    [ai(), { type: "secret_text", name: "GATEWAY_ID" }],
    "has a GATEWAY_ID that is a secret_text; stack dev declares shop-dev",
  ],
  ["no AI binding", [id("shop-dev")], "has no AI binding"],
])("the stack's Worker with %s is judged", async (_, bindings, wrong) => {
  const findings = await audit({ workers: { "talk-dev": bindings } });

  const kind = wrong === undefined ? "kept" : "broken";
  const message = wrong ?? "calls shop-dev, as declared";
  // Without --refresh, Pulumi sees no difference from its state, and changes nothing.
  const remedy = wrong === undefined ? undefined : "run pulumi up --refresh --stack dev";
  expect({ remedy: undefined, ...about(findings, "talk-dev") }).toMatchObject({
    kind,
    message,
    remedy,
  });
});

test("other Workers with an AI binding are noted, and those without are not", async () => {
  const findings = await audit({
    workers: {
      "talk-dev": [ai(), id("shop-dev")],
      stray: [ai()],
      twin: [ai(), id("shop-dev")],
      web: [id("shop-dev")],
    },
  });

  expect(about(findings, "stray")?.message).toContain(
    "has an AI binding and no declared GATEWAY_ID",
  );
  expect(about(findings, "twin")?.message).toContain("calls shop-dev beside that stack's Worker");
  expect(about(findings, "web")).toBeUndefined();
});

test("a Logpush job of AI Gateway logs is told without the keys in its destination", async () => {
  const destination_conf = "r2://bucket/SECRET-PATH?access-key-id=KEY&secret-access-key=SECRET";
  const findings = await audit({
    jobs: [
      { id: 7, dataset: "ai_gateway_events", enabled: true, destination_conf },
      { id: 8, dataset: "http_requests", enabled: true },
    ],
  });

  expect(findings.filter(({ area }) => area === "Logpush")).toEqual([
    {
      area: "Logpush",
      kind: "broken",
      about: "job 7",
      message: "copies ai_gateway_events to r2://bucket; no stack file declares it",
      remedy: "delete the job, and what it has copied, or declare it: logpush in the stack file",
    },
  ]);
});

test("a Logpush job without prompts and answers is told as one", async () => {
  const job = { id: 7, dataset: "ai_gateway_events", enabled: true };
  const ofFields = async (...field_names: string[]) => {
    const output_options = { field_names };
    const findings = await audit({
      jobs: [{ ...job, destination_conf: "r2://b/x", output_options }],
    });
    return findings.find(({ area }) => area === "Logpush")?.message;
  };

  expect(await ofFields("Gateway", "Metadata")).toContain("ai_gateway_events without bodies to");
  expect(await ofFields("Gateway", "ResponseBody")).toContain("copies ai_gateway_events to");
});

test("a job that a stack declares is its own, while it goes to the stack's bucket", async () => {
  const settings = {
    plan: "paid",
    logpush: { bucket: "shop-dev-logs", keepDays: 30, publicKey: PUBLIC_KEY },
  };
  const job = { id: 7, name: "ai-gateway-shop-dev", dataset: "ai_gateway_events", enabled: true };
  const to = (destination_conf: string, name = job.name) =>
    audit({ settings, jobs: [{ ...job, name, destination_conf }] });
  const own = await to("r2://shop-dev-logs/{DATE}?access-key-id=KEY");
  const other = await to("r2://shop-dev-logs-2/{DATE}?access-key-id=KEY");
  const second = await to("r2://shop-dev-logs/{DATE}?access-key-id=KEY", "by-hand");

  expect(own.filter(({ area }) => area === "Logpush")).toEqual([
    {
      area: "Logpush",
      kind: "kept",
      about: 'job 7 "ai-gateway-shop-dev"',
      message: "copies ai_gateway_events to r2://shop-dev-logs; declared by stack dev",
    },
  ]);
  expect(other.filter(({ area }) => area === "Logpush")).toMatchObject([{ kind: "broken" }]);
  expect(second.filter(({ area }) => area === "Logpush")).toMatchObject([{ kind: "broken" }]);
});

test("what the token may not see is not looked at, and never fine", async () => {
  const findings = await audit({ refused: ["/workers/scripts", "/tokens", "/logpush/jobs"] });

  const unseen = findings.filter(({ kind }) => kind === "unknown");
  expect(kinds(findings, "unknown").slice(3)).toEqual([
    ["the rest", "model aliases"],
    ["the rest", "readers of analytics"],
  ]);
  expect(unseen.map(({ message }) => message).slice(0, 3)).toEqual([
    "not looked at: cannot list the Workers: CLOUDFLARE_API_TOKEN lacks Workers Scripts Read for this account",
    "not looked at: cannot list the API tokens: CLOUDFLARE_API_TOKEN lacks Account API Tokens Read for this account",
    "not looked at: cannot list the Logpush jobs: CLOUDFLARE_API_TOKEN lacks Logs Edit for this account",
  ]);
  expect(auditText({ accountId: ACCOUNT_ID, stacks: [] }, findings)).toContain(
    "0 to act on, 5 not looked at",
  );
});

test("stacks of two accounts are two audits", async () => {
  const cloudflare = scriptedApi(() => ({ status: 500 }));
  const accounts = await groupByAccount(
    [stackWith("dev"), stackWith("prod"), stackWith("dev", { gatewayId: "third" })],
    async ({ name }) => ({ accountId: name === "dev" ? "a" : "b", cloudflare }),
  );

  const ids = accounts.map(({ stacks }) => stacks.map(({ settings }) => settings.gatewayId));
  expect(ids).toEqual([["shop-dev", "third"], ["shop-prod"]]);
});

function kinds(findings: readonly AuditFinding[], kind: AuditFinding["kind"]): readonly string[][] {
  return findings.filter((one) => one.kind === kind).map((one) => [one.area, one.about]);
}

function oldLog() {
  return { id: "x", created_at: "2026-11-20T00:00:00Z" };
}
