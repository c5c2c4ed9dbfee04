/** The program's own resource for a provider's key, run as Pulumi runs it: out of the state, in another process. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

import { recordStack } from "../../record/record.ts";
import { startAccount, type RunningAccount } from "../support/account.ts";
import { startDynamicProvider, type DynamicProvider } from "../support/dynamic-provider.ts";
import { listen } from "../support/listen.ts";
import { stackConfig } from "../support/settings.ts";

// What esbuild makes is bundle.test.ts's subject; here it would be most of the time.
vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({ file: `dist/${name}.js`, sha256: "ab".repeat(32) }),
}));
const STORE = "5ec5".repeat(8);
const KEY = "sk-proj-Zq7WvT3nXk1LmB9c";

let running: RunningAccount;
let provider: DynamicProvider;
let declared: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  running = await startAccount({ gateways: [{ aiGatewayId: "shop-dev", storeId: STORE }] });
  const config = stackConfig("dev", {
    accountId: running.accountId,
    secretsStoreId: STORE,
    providers: [{ provider: "openai", key: KEY }],
  });
  const [recording] = await Promise.all([
    recordStack("dev", config, () => import("../../infra/index.ts")),
    startDynamicProvider({
      CLOUDFLARE_BASE_URL: running.apiUrl,
      CLOUDFLARE_API_TOKEN: running.key,
    }).then((started) => (provider = started)),
  ]);
  const own = recording.resources.find(({ type }) => type.endsWith(":ProviderConfig"));
  declared = own?.inputs ?? {};
});

beforeEach(() => {
  running.account.update((state) => ({ ...state, secrets: {}, providerConfigs: {} }));
});

afterAll(async () => {
  await provider.stop();
  await running.stop();
});

test("Pulumi's own process stores, reads and removes the reference, and its state has no key", async () => {
  const config = { ...declared, secretId: await storeKey() };

  const { id, properties } = await provider.create(config);
  expect(await list()).toMatchObject([
    {
      id,
      gateway_id: "shop-dev",
      provider_slug: "openai",
      alias: "default",
      default_config: true,
      secret_id: config.secretId,
      secret_preview: "****mB9c",
    },
  ]);
  expect(await provider.read(id, properties)).toEqual({ id, properties });
  expect(await provider.diff(id, properties, config)).toMatchObject({
    changes: "none",
    replaces: [],
  });
  expect(JSON.stringify([properties, config])).not.toContain(KEY);

  await provider.delete(id, properties);
  expect(await list()).toEqual([]);
  // Gone at Cloudflare, which a refresh takes for gone, and a second deletion for done.
  expect(await provider.read(id, properties)).toMatchObject({ id: "" });
  await provider.delete(id, properties);
});

test("a key is rotated in place: neither its reference nor its secret is ever absent", async () => {
  const config = { ...declared, secretId: await storeKey() };
  const { id, properties } = await provider.create(config);

  const rotated = await running.client().secretsStore.stores.secrets.edit(config.secretId, {
    account_id: running.accountId,
    store_id: STORE,
    value: "sk-proj-the-next-key-0000",
  });

  expect(rotated.id).toBe(config.secretId);
  expect(await list()).toMatchObject([{ id, secret_preview: "****0000" }]);
  expect(await provider.diff(id, properties, config)).toMatchObject({ changes: "none" });
});

test("a deploy that was cut off finds what it has made", async () => {
  const config = { ...declared, secretId: await storeKey() };
  const { id } = await provider.create(config);

  expect((await provider.create(config)).id).toBe(id);
  expect(await list()).toHaveLength(1);
});

test("a key that somebody else stored is not taken over, and the message says what to do", async () => {
  await running.client().aiGateway.providerConfigs.create("shop-dev", {
    account_id: running.accountId,
    alias: "default",
    default_config: true,
    provider_slug: "openai",
    secret: "sk-of-somebody-else-0000",
  });

  const failure = await provider.create({ ...declared, secretId: "mine" }).catch(String);

  expect(failure).toMatch(
    /gateway shop-dev has a key of openai under the alias default already.*delete it in the dashboard/,
  );
  expect(failure).not.toContain("0000");
});

test("another alias is another key, made before the old one goes; another secret takes its place", async () => {
  const diff = (change: object) => provider.diff("1", declared, { ...declared, ...change });

  expect(await diff({ alias: "batch" })).toEqual({ changes: "some", replaces: ["alias"] });
  expect(await diff({ secretId: "other" })).toEqual({
    changes: "some",
    replaces: ["secretId"],
    deleteBeforeReplace: true,
  });
});

test("a gateway with more keys than a page has is read whole, also by an API that ignores the page", async () => {
  const keys = Array.from({ length: 50 }, (_, index) => ({ id: `${index}`, ...PLACE }));
  let requests = 0;
  const api = await listen(async () => {
    requests += 1;
    return Response.json({ result: requests < 9 ? keys : [] });
  });
  const other = await startDynamicProvider({
    CLOUDFLARE_BASE_URL: api,
    CLOUDFLARE_API_TOKEN: "t",
  });

  const found = await other.read("49", declared);
  await other.stop();

  expect({ id: found.id, requests }).toEqual({ id: "49", requests: 2 });
});

test("a refusal tells Cloudflare's words, and which permissions are needed", async () => {
  const { accounts } = running.client();
  const account_id = running.accountId;
  const { result: groups } = await accounts.tokens.permissionGroups.list({ account_id });
  const [group] = groups.filter(({ name }) => name === "AI Gateway Read");
  const policy = {
    effect: "allow" as const,
    permission_groups: [{ id: group?.id ?? "" }],
    resources: { [`com.cloudflare.api.account.${account_id}`]: "*" },
  };
  const reader = await accounts.tokens.create({ account_id, name: "r", policies: [policy] });
  const other = await startDynamicProvider({
    CLOUDFLARE_BASE_URL: running.apiUrl,
    CLOUDFLARE_API_TOKEN: reader.value ?? "",
  });

  const failure = await other.create(declared).catch(String);
  await other.stop();

  expect(failure).toMatch(
    /HTTP 403: .*Authentication error.*needs AI Gateway Edit and Secrets Store Edit/,
  );
});

const PLACE = { provider_slug: "openai", alias: "default", secret_id: "x" };

async function list() {
  const { providerConfigs } = running.client().aiGateway;
  return (await providerConfigs.list("shop-dev", { account_id: running.accountId })).result;
}

/** Stores the key as Cloudflare's provider does, and returns its secret's id. */
async function storeKey(): Promise<string> {
  const { secrets } = running.client().secretsStore.stores;
  const body = [{ name: "shop-dev_openai_default", scopes: ["ai_gateway" as const], value: KEY }];
  const made = await secrets.create(STORE, { account_id: running.accountId, body });
  return made.result[0]?.id ?? "";
}
