/** The keys of providers: whose key a page states, and what a change of one means. */
import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import { keySecretName, paidWith } from "../../policy/gateway/provider-keys.ts";
import { check } from "../../policy/rules/rules.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { stackText, stackWith } from "../support/settings.ts";

const OPENAI = { provider: "openai", key: "sk-openai" };
const STORE = { secretsStoreId: "5ec5".repeat(8) };
const models = (...ids: readonly string[]) => ({ worker: { name: "w", models: ids } });

test.each([
  ["openai/gpt-5-mini", "key"],
  ["google/gemini-3-flash", "key"],
  ["xai/grok-5", "nothing"],
  ["alibaba/qwen3.5-plus", "nothing"],
])("with byokOnly and keys of two providers, %s is paid with: %s", (model, way) => {
  const google = { provider: "google-ai-studio", alias: "default", key: "k" };
  const batch = { provider: "grok", alias: "batch", key: "k" };
  const providers = [{ ...OPENAI, alias: "default" }, google, batch];

  expect(paidWith({ byokOnly: true, providers }, model)).toBe(way);
});

// https://developers.cloudflare.com/ai-gateway/configuration/bring-your-own-keys/
test("a key's secret is named as a call looks it up", () => {
  const place = { gatewayId: "my-gateway", provider: "anthropic", alias: "default" };

  expect(keySecretName(place)).toBe("my-gateway_anthropic_default");
});

test("the page states with whose key each provider is called, and who pays", async () => {
  const batch = { ...OPENAI, alias: "batch" };
  const stack = stackWith("dev", {
    ...STORE,
    ...models("@cf/a/b", "openai/gpt-5-mini", "openai/gpt-5", "groq/x", "anthropic/y"),
    providers: [OPENAI, batch],
  });

  expect(await moneyOf(stack)).toEqual({
    answer:
      "Workers AI on the account's bill; models of openai with the stack's key of openai, on the bill of that key's owner; " +
      "models of groq, anthropic from AI Gateway credits, unless somebody stores a key in the dashboard; " +
      "beside the Worker, also openai (alias batch) with a key of the stack",
    value: {
      billing: "postpaid",
      byokOnly: false,
      zdr: false,
      keys: [
        { provider: "openai", alias: "default" },
        { provider: "openai", alias: "batch" },
      ],
    },
    points: [21],
  });
});

test("the page states that byokOnly refuses a provider without a key", async () => {
  const stack = stackWith("dev", { byokOnly: "true", ...models("openai/gpt-5") });

  expect((await moneyOf(stack))?.answer).toContain("models of openai not at all");
});

test("a key that goes takes its models with it where byokOnly is true", () => {
  const declared = { ...STORE, ...models("openai/gpt-5", "google/a"), byokOnly: "true" };
  const google = { provider: "google-ai-studio", key: "k" };
  const from = stackWith("dev", { ...declared, providers: [OPENAI, google] });
  const to = stackWith("dev", { ...declared, providers: [google] });
  const open = { ...to, settings: { ...to.settings, byokOnly: false } };

  expect(compareStacks(from, to)).toEqual([
    {
      path: "providers.openai",
      from: "present",
      to: "absent",
      effect: "neutral",
      because: "calls to that provider are paid from AI Gateway credits again",
      ends: "requests for openai/gpt-5 are refused: byokOnly is true, and no other key is stored",
    },
  ]);
  expect(compareStacks(from, open).flatMap(({ ends }) => ends ?? [])).toEqual([]);
  expect(compareStacks(to, from)).toMatchObject([
    { path: "providers.openai", effect: "less private" },
  ]);
});

test("another cipher may be another key, and no difference shows either", () => {
  const [from, to] = ["v1:nonce:AAAAAAAA1111", "v1:nonce:BBBBBBBB2222"].map((secure) => {
    const lines = [
      `  ai-gateway:secretsStoreId: ${STORE.secretsStoreId}`,
      `  ai-gateway:providers: ${JSON.stringify([{ provider: "openai", alias: "b", key: { secure } }])}`,
    ];
    const read = parseStackFile("dev", `${stackText("dev")}${lines.join("\n")}\n`);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.stack;
  });

  expect(from && to && compareStacks(from, to)).toMatchObject([
    {
      path: "providers.openai (b).key",
      from: "encrypted, …AAAA1111",
      to: "encrypted, …BBBB2222",
      effect: "less private",
    },
  ]);
});

async function moneyOf(stack: Parameters<typeof stateStack>[0]) {
  const { facts } = await stateStack(stack);
  const found = facts.find(({ id }) => id === "money");
  if (found === undefined) return undefined;
  const { answer, value, notProved = [] } = found;
  return { answer, value, points: notProved.map(({ point }) => point) };
}

test.each([
  ["opnai", "openai"],
  ["google", "google-ai-studio"],
  ["xai", "grok"],
  ["antropic", "anthropic"],
  ["mistral", undefined],
  ["google-vertex-ai", undefined],
  ["groq", undefined],
])("a key of %s is told the provider %s that was meant", (provider, meant) => {
  const providers = [{ provider, key: "k" }];
  const stack = stackWith("dev", { secretsStoreId: "5ec5".repeat(8), providers });

  const [found] = check(stack, { others: [], today: "2026-11-29", evidence: [] }).filter(
    ({ rule }) => rule.id === "provider-key-unused",
  );

  const reason =
    meant === undefined
      ? ", and no model of the stack is a third party's"
      : ` (did you mean ${meant}?)`;
  expect(found?.message).toBe(`is a key of ${provider}${reason}`);
});
