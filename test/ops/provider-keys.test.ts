/** What verify and audit find about the stored keys of providers. */
import { expect, onTestFinished, test } from "vitest";

import { auditAccount } from "../../ops/audit/audit.ts";
import { checkProviderKeys } from "../../ops/verify/provider-keys.ts";
import { startAccount } from "../support/account.ts";
import { scriptedAccount, type Answer } from "../support/scripted-account.ts";
import { stackWith } from "../support/settings.ts";

const NOW = new Date("2026-11-29T12:00:00Z");
const STORE = "5ec5".repeat(8);
const DECLARED = {
  secretsStoreId: STORE,
  providers: [{ provider: "openai", key: "k" }],
  worker: { name: "w", models: ["openai/gpt-5-mini"] },
};
const KEY = {
  id: "1",
  provider_slug: "openai",
  alias: "default",
  default_config: true,
  secret_id: "s",
  secret_preview: "sk-…0000",
  modified_at: "2026-11-01T00:00:00Z",
};
const SECRET = { id: "s", name: "shop-dev_openai_default", scopes: ["ai_gateway"] };

test("a stored key is told with its preview and its last use", async () => {
  const used = { ...KEY, last_used_at: "2026-11-28T09:00:00Z" };

  expect(await found({ keys: [used] })).toEqual([
    "kept: stored, sk-…0000; last changed on 2026-11-01; last used on 2026-11-28",
  ]);
  expect(await found({ keys: [KEY] })).toEqual([
    "kept: stored, sk-…0000; last changed on 2026-11-01; the API does not report when it was last used",
  ]);
});

test("what the account says of a key is shown as far as it can be no key", async () => {
  const pasted = "sk-live-0123456789abcdef0123";
  const stranger = { ...KEY, provider_slug: pasted, alias: pasted, secret_preview: pasted };
  const long = { ...KEY, secret_preview: "a".repeat(17) };

  const [, told = ""] = await found({ keys: [KEY, stranger] }, {}, "about");

  expect(told).not.toContain(pasted);
  expect(told).toMatch(
    /^broken key of \(a key of 28 characters\) \(alias \(a key of 28 characters\)\)/,
  );
  expect(told).toContain("is stored (a preview of 28 characters), and the stack does not");
  expect(await found({ keys: [long] })).toEqual([
    expect.stringMatching(/^kept: stored, a preview of 17 characters;/),
  ]);
});

test("a key that was not changed, or not used, for more than 90 days is a warning", async () => {
  const days = (modified_at: string, last_used: string) => ({ ...KEY, modified_at, last_used });

  expect(await found({ keys: [days("2026-08-31T13:00:00Z", "2026-08-31T13:00:00Z")] })).toEqual([
    expect.stringMatching(/^kept/),
  ]);
  expect(await found({ keys: [days("2026-08-30T11:00:00Z", "2026-08-29T11:00:00Z")] })).toEqual([
    expect.stringMatching(/^kept/),
    "warning: was last changed 91 days ago; make another key at the provider",
    "warning: was last used 92 days ago; remove it where nobody needs it",
  ]);
});

test("a key that is gone is told with what becomes of the calls", async () => {
  const gone = /^broken: is not stored, so each call of openai\/gpt-5-mini is paid from AI Gateway/;

  expect(await found({ keys: [] })).toEqual([expect.stringMatching(gone)]);
  expect(await found({ keys: [] }, { byokOnly: "true" })).toEqual([
    expect.stringMatching(/each call of openai\/gpt-5-mini is refused; run pulumi up/),
  ]);
});

test("what the token may not read is not said to be kept", async () => {
  expect(await found({ keys: 403 })).toEqual([
    expect.stringMatching(
      /^unknown: not looked at, because CLOUDFLARE_API_TOKEN lacks AI Gateway Read/,
    ),
  ]);
  expect(await found({ keys: [KEY], secrets: 403 })).toEqual([
    expect.stringMatching(/^kept/),
    expect.stringMatching(/^unknown: its secret was not looked at, because .*Secrets Store Read/),
  ]);
});

test("audit lists every key that no stack file declares, with its gateway", async () => {
  const gateways = ["shop-dev", "lost"].map((aiGatewayId) => ({ aiGatewayId, storeId: STORE }));
  const running = await startAccount({ gateways });
  onTestFinished(() => running.stop());
  const account_id = running.accountId;
  const { providerConfigs } = running.client().aiGateway;
  const store = (gateway: string, provider_slug: string, alias = "default") =>
    providerConfigs.create(gateway, {
      account_id,
      alias,
      default_config: alias === "default",
      provider_slug,
      secret: "sk-by-hand-0123-4567",
    });
  await Promise.all([
    store("shop-dev", "openai"),
    store("shop-dev", "openai", "batch"),
    store("lost", "groq"),
  ]);

  const connection = { accountId: account_id, cloudflare: running.client() };
  const declared = { ...connection, stacks: [stackWith("dev", DECLARED)] };
  const findings = await auditAccount(declared, NOW, () => {});

  expect(
    findings
      .filter(({ area }) => area === "keys of providers")
      .map(({ kind, about, message }) => `${kind} ${about}: ${message}`)
      .toSorted(),
  ).toEqual([
    "broken lost, key of groq: no stack file declares it (****4567): whoever may call the gateway spends with it",
    "broken shop-dev, key of openai (alias batch): no stack file declares it (****4567): whoever may call the gateway spends with it",
    "kept shop-dev, key of openai: declared by stack dev",
  ]);
});

interface Scene {
  readonly keys: readonly object[] | number;
  readonly secrets?: number;
}

/** What verify finds where the API answers so. */
async function found(
  { keys, secrets }: Scene,
  changes: object = {},
  subject?: "about",
): Promise<readonly string[]> {
  const account = scriptedAccount(
    ({ path, query }): Answer => {
      if (Number(query.get("page") ?? 1) > 1) return { result: [] };
      if (path.endsWith("/provider_configs")) {
        return typeof keys === "number" ? { status: keys } : { result: keys };
      }
      return secrets === undefined ? { result: [SECRET] } : { status: secrets };
    },
    "dev",
    { ...DECLARED, ...changes },
  );
  const findings = await checkProviderKeys(account, NOW);
  return findings.map(({ kind, about, message }) =>
    subject === undefined ? `${kind}: ${message}` : `${kind} ${about}: ${message}`,
  );
}
