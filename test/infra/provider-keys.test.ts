import { beforeAll, expect, test, vi } from "vitest";

import { recordStack, type Recorded, type Recording } from "../../record/record.ts";
import { ROOT, stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
const ACCOUNT = "0123456789abcdef0123456789abcdef";
const STORE = "5ec5".repeat(8);
const KEY = "sk-proj-Zq7WvT3nXk1LmB9c";

let recording: Recording;
beforeAll(async () => {
  const config = stackConfig("dev", {
    secretsStoreId: STORE,
    providers: [
      { provider: "openai", key: KEY },
      { provider: "openai", alias: "batch", key: `${KEY}-batch` },
    ],
  });
  recording = await recordStack("dev", config, () => import("../../infra/index.ts"));
});

test("the gateway names the Secrets Store of its keys", () => {
  expect(named("AiGateway").map(({ inputs }) => inputs["storeId"])).toEqual([STORE]);
});

test("each key is a secret of that store, under the name that a call looks up, for AI Gateway alone", () => {
  expect(named("SecretsStoreSecret").map(({ inputs }) => inputs)).toEqual([
    secret("shop-dev_openai_default", KEY),
    secret("shop-dev_openai_batch", `${KEY}-batch`),
  ]);
  expect(named("SecretsStoreSecret").map(({ secretInputs }) => secretInputs)).toEqual([
    ["value"],
    ["value"],
  ]);
});

test("the gateway refers to a key once both are there", () => {
  const [first, second] = named("ProviderConfig");

  expect(first?.inputs).toMatchObject({
    accountId: ACCOUNT,
    gatewayId: "shop-dev",
    provider: "openai",
    alias: "default",
    secretId: "providers-openai.default-id",
  });
  expect(first?.dependencies.toSorted()).toEqual([
    "cloudflare:index/aiGateway:AiGateway gateway",
    "cloudflare:index/secretsStoreSecret:SecretsStoreSecret providers-openai.default",
  ]);
  expect(second?.name).toBe("providers-openai.batch");
});

test("a key stands in its secret and nowhere else: in no resource, output or serialised function", () => {
  const others = recording.resources.filter(({ type }) => !type.endsWith(":SecretsStoreSecret"));
  const functions = named("ProviderConfig").map(({ inputs }) => String(inputs["__provider"]));

  expect(JSON.stringify([others, recording.outputs])).not.toContain(KEY);
  expect(functions.map((source) => source.includes("provider_configs"))).toEqual([true, true]);
  for (const source of functions) {
    expect(source).toContain("process.env");
    expect(source).not.toContain(KEY);
    expect(source).not.toMatch(/[0-9a-f]{32}/);
    expect(source).not.toContain(ROOT);
  }
});

function secret(name: string, value: string) {
  return { accountId: ACCOUNT, storeId: STORE, name, scopes: ["ai_gateway"], value };
}

function named(type: string): readonly Recorded[] {
  return recording.resources.filter((each) => each.type.endsWith(`:${type}`));
}
