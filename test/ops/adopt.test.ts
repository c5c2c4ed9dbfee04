/** Adoption of gateways of every kind of setting: what the written file declares is what was found. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import fc from "fast-check";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { adoptGateway } from "../../ops/adopt/adopt.ts";
import { judgeGateway } from "../../ops/verify/gateway.ts";
import { toWire } from "../../local/api/gateway-wire.ts";
import { gatewayFields, toApi } from "../../policy/gateway/mapping.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { startAccount } from "../support/account.ts";
import { arbitraryStack, secretsOf, toConfig } from "../support/arbitrary-stack.ts";
import { copyProject, type Project } from "../support/project.ts";
import { OPEN } from "../support/gateway.ts";
import { callOps } from "../support/ops-command.ts";
import { runs } from "../support/runs.ts";

let project: Project;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

test("whatever a stack can declare is adopted as it is, and no secret is written", () => {
  fc.assert(
    // The bucket and the job of Logpush are no part of a gateway, and a caller's limit of money needs
    // its token, which no gateway shows.
    fc.property(arbitraryStack({ callers: [] }), ({ logpush: _, ...values }) => {
      const { settings } = parsed(toConfig(values));
      const found = toApi(gatewayFields(settings));

      const adoption = adoptGateway(found, settings.logs.system);

      if (!adoption.ok) throw new Error(adoption.problems.join("\n"));
      const file = parseStackFile("adopted", fill(adoption.text, adoption.secrets));
      if (!file.ok) throw new Error(JSON.stringify(file.problems));
      expect(judgeGateway(file.stack.settings, found)).toEqual([]);
      expect(adoption.changes).toEqual([]);
      expect(secretsOf(values).filter((secret) => adoption.text.includes(secret))).toEqual([]);
    }),
    runs(15, 1000),
  );
});

test("a file that nobody filled in is refused, for what a gateway does not tell", () => {
  const adoption = adoptGateway(FOUND, "legacy");

  if (!adoption.ok) throw new Error(adoption.problems.join("\n"));
  const file = parseStackFile("adopted", adoption.text);
  expect(file.ok ? [] : file.problems.map(({ path }) => path)).toEqual([
    "plan",
    "worker.name",
    "worker.models",
  ]);
});

const FOUND = toWire(OPEN);

test.each([{ enabled: true, rules: [] }, { enabled: true }, { enabled: false, rules: [] }, null])(
  "spend limits %j limit nothing, and are adopted as none",
  (spend_limits) => {
    const adoption = adoptGateway({ ...FOUND, spend_limits }, "legacy");

    expect(adoption).toMatchObject({ ok: true, changes: [] });
  },
);

test("what no stack file can say is refused by name, all at once", () => {
  const adoption = adoptGateway(
    {
      ...FOUND,
      logpush: true,
      stripe: { authorization: "SECRET", usage_events: [] },
      retry_max_attempts: 3,
      dlp: { enabled: true, action: "BLOCK", profiles: ["p"] },
      spend_limits: {
        enabled: true,
        rules: [
          {
            id: "a",
            enabled: true,
            limit: 1,
            limitType: "cost",
            window: 60,
            technique: "fixed",
            model: { mode: "filter", values: ["m"] },
          },
        ],
      },
    },
    "legacy",
  );

  expect(adoption).toEqual({
    ok: false,
    problems: [
      "dlp is on, declared is not set (dlp)",
      "logpush is true, declared is off (logpush); switch it off, adopt, and declare logpush with a bucket of its own: the job that copies now is no resource that Pulumi can import",
      "retry_max_attempts is 3, declared is not set (retry.maxAttempts)",
      "spend_limits is not as declared (spendLimits)",
      "stripe is on, declared is not set (every stack has it so)",
    ],
  });
});

test("a value that no setting allows is refused with the limit", () => {
  expect(adoptGateway({ ...FOUND, cache_ttl: 30 }, "legacy")).toEqual({
    ok: false,
    problems: [expect.stringMatching(/cache\.ttlSeconds.*30.*60/)],
  });
});

test("what every stack has one way is told as the first deploy's change", () => {
  const adoption = adoptGateway(
    {
      ...FOUND,
      cache_invalidate_on_update: false,
      rate_limiting_technique: "sliding",
      log_management: null,
    },
    "legacy",
  );

  expect(adoption).toMatchObject({
    ok: true,
    changes: [
      "cache_invalidate_on_update is off, declared is true (every stack has it so)",
      "log_management is off, declared is 10000000 (logs.maxEntries)",
      'rate_limiting_technique is "sliding", declared is "fixed" (rateLimit.technique)',
    ],
  });
});

test("the command writes the file and the import, and tells the secrets to set", async () => {
  const running = await startAccount({
    gateways: [
      {
        otels: [
          { url: "https://traces.test/v1", headers: { "x-key": "SECRET" }, contentType: "json" },
        ],
      },
    ],
  });
  onTestFinished(() => running.stop());
  const env = {
    ...process.env,
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_API_TOKEN: running.key,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
  };
  const words = ["--gateway", "app", "--stack", "old", "--log-system", "legacy", "--write"];
  const adopt = () =>
    promisify(execFile)("npm", ["run", "--silent", "adopt", "--", ...words], {
      cwd: project.folder,
      env,
    });

  const { stdout } = await adopt();
  const again = await adopt().catch(
    (error: { readonly code: number; readonly stderr: string }) => error,
  );

  expect(stdout).toContain("wrote Pulumi.old.yaml\n");
  expect(stdout).toContain(
    "pulumi config set --stack old --secret --path 'ai-gateway:exports[0].headers.x-key'",
  );
  const text = await readFile(join(project.folder, "Pulumi.old.yaml"), "utf8");
  expect(text).toContain('url: "https://traces.test/v1"');
  expect(stdout + text).not.toContain("SECRET");
  expect(stdout).toContain(
    `  pulumi import --stack old cloudflare:index/aiGateway:AiGateway gateway ${running.accountId}/app\n`,
  );
  // The file that was written is not filled in yet.
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("worker.name") });
});

// Both ways to a gateway that exists: the hook names the command, for a stack file of any age.
test("of a stack whose file declares the gateway, the command prints the import and what changes", async () => {
  const running = await startAccount({ gateways: [{ aiGatewayId: "shop-dev", cacheTtl: 300 }] });
  onTestFinished(() => running.stop());
  const environment = {
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_API_TOKEN: running.key,
    CLOUDFLARE_ACCOUNT_ID: running.accountId,
  };
  const words = ["--gateway", "shop-dev", "--stack", "dev"];

  const { code, stdout } = await callOps("adopt", [...words, "--write"], environment);
  const json = await callOps("adopt", [...words, "--json"], environment);
  const other = await callOps("adopt", ["--gateway", "app", "--stack", "dev"], environment);

  const imports = `pulumi import --stack dev cloudflare:index/aiGateway:AiGateway gateway ${running.accountId}/shop-dev`;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Pulumi\.dev\.yaml declares shop-dev\n\nnext:\n/);
  expect(stdout).toContain(`  ${imports}\n  pulumi preview --stack dev --diff\n`);
  expect(stdout).toContain("  cache_ttl is 300, declared is off (cache.ttlSeconds)\n");
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, import: imports });
  expect(other).toMatchObject({
    code: 2,
    stderr:
      "error: Pulumi.dev.yaml is there already, and declares gateway shop-dev; choose another --stack, or move that file away\n",
  });
});

test("the command says what to do with Logpush, which is a setting and not the gateway's to tell", async () => {
  const running = await startAccount({ gateways: [{ logpush: true }] });
  onTestFinished(() => running.stop());

  const { code, stdout } = await callOps(
    "adopt",
    ["--gateway", "app", "--stack", "old", "--log-system", "legacy"],
    {
      CLOUDFLARE_BASE_URL: running.apiUrl,
      CLOUDFLARE_API_TOKEN: running.key,
      CLOUDFLARE_ACCOUNT_ID: running.accountId,
    },
  );

  expect(stdout.split("\n")).toEqual([
    "app has what adopt cannot put into a stack file; change it at Cloudflare, adopt, then declare it where a setting is named:",
    expect.stringMatching(
      /^ {2}✘ logpush is true, declared is off \(logpush\); switch it off, adopt,/,
    ),
    "",
  ]);
  expect(code).toBe(1);
});

/** As a person would: the Worker, the plan, and each secret as `pulumi config set --secret` leaves it. */
function fill(text: string, secrets: readonly string[]): string {
  const filled = text
    .replace('plan: ""', "plan: paid")
    .replace('name: ""', "name: chat")
    .replace("models: []", 'models: ["@cf/a/b"]');
  const indices = secrets.map((path) => /^exports\[(\d+)\]\.headers\.(.+)$/.exec(path));
  let index = -1;
  return filled.replaceAll(/^( +)- kind: "otel"$/gm, (line, indent: string) => {
    index += 1;
    const names = indices.flatMap((match) => (Number(match?.[1]) === index ? [match?.[2]] : []));
    if (names.length === 0) return line;
    const ciphers = names.map((name) => `${indent}    "${name}": { secure: v1:cipher }`);
    return [line, `${indent}  headers:`, ...ciphers].join("\n");
  });
}

function parsed(values: Record<string, string>) {
  const result = parseSettings(values);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}
