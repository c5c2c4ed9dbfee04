/** With what the local gateway pays a call of a third party's model, and what it refuses. */
import { expect, test } from "vitest";

import type { GatewayRequest } from "../../local/gateway/gateway.ts";
import { paidWith } from "../../policy/gateway/provider-keys.ts";
import { callInTurn, callOne, universalCalls } from "../../local/gateway/universal.ts";
import { openGateway } from "../support/gateway.ts";

const OPENAI = { model: "openai/gpt-5-mini" };
const STORE = "5ec5".repeat(8);

test("with byok_only a call without any key is refused, and asks no model", async () => {
  const { ask, store } = openGateway({ settings: { byokOnly: true } });

  const answer = await ask(OPENAI);

  expect([answer.status, answer.headers["cf-aig-cache-status"]]).toEqual([400, "MISS"]);
  expect(JSON.parse(answer.body)).toMatchObject({
    internalCode: 2021,
    description: "No provider credentials for openai: store or send a key",
  });
  expect(store.list(1)).toMatchObject([{ status: 400 }]);
});

test.each<[string, Partial<GatewayRequest>]>([
  ["Workers AI needs no key", {}],
  ["a stored key is used", OPENAI],
  [
    "a stored key is found by the gateway's name of its provider",
    { model: "google/gemini-3-flash" },
  ],
])("with byok_only %s", async (_, request) => {
  const { ask, account } = openGateway({ settings: { byokOnly: true } });
  keep(account, "openai", { alias: "default" });
  keep(account, "google-ai-studio", { alias: "default" });

  expect((await ask(request)).status).toBe(200);
});

test("a key of another gateway, of another alias, or that only workers may read is none", async () => {
  const { ask, account } = openGateway({ settings: { byokOnly: true } });
  keep(account, "openai", { alias: "batch" });
  keep(account, "openai", { alias: "default", gateway: "other" });

  expect((await ask(OPENAI)).status).toBe(400);

  keep(account, "openai", { alias: "default", scopes: ["workers"] });

  const { body } = await ask(OPENAI);
  expect(body).toContain("Configured BYOK credentials are unavailable");
});

test("a key whose secret is gone is an error, and no reason to pay from credits", async () => {
  const { ask, account } = openGateway();
  keep(account, "openai", { alias: "default" });
  account.update((state) => ({ ...state, secrets: {} }));

  expect((await ask(OPENAI)).status).toBe(400);
});

test("without byok_only a call without a key is paid from credits, unless its header forbids that", async () => {
  const { ask } = openGateway();

  expect((await ask(OPENAI)).status).toBe(200);
  expect((await ask({ ...OPENAI, options: { noWholesale: true } })).status).toBe(400);
});

// https://developers.cloudflare.com/ai-gateway/usage/worker-binding-methods/
test("another alias is chosen by a header at the provider's own endpoint, and by none through the binding", async () => {
  const { ask, account, gateway } = openGateway({ settings: { byokOnly: true } });
  keep(account, "openai", { alias: "batch" });
  const query = { model: "gpt-5-mini", messages: [{ role: "user", content: "Hi" }] };
  const call = { provider: "openai", endpoint: "chat/completions", query };
  const status = async (headers: Record<string, string>) =>
    (await callOne(gateway, "app", { ...call, headers })).status;

  expect(await status({})).toBe(400);
  expect(await status({ "cf-aig-byok-alias": "batch" })).toBe(200);
  expect(await status({ authorization: "Bearer sk-of-the-caller" })).toBe(200);
  expect((await ask({ ...OPENAI, options: { byokAlias: "batch" } })).status).toBe(400);

  keep(account, "openai", { alias: "default" });

  expect(await status({})).toBe(200);
});

// The local gateway once had a shorter list of providers than the policy page.
test("with byok_only a model that is sold for credits alone is refused, as the policy page states", async () => {
  const { ask, gateway } = openGateway({ settings: { byokOnly: true } });
  gateway.keysFrom(() => "readable");

  const answer = await ask({ model: "alibaba/qwen3-max" });

  expect(paidWith({ providers: [], byokOnly: true }, "alibaba/qwen3-max")).toBe("nothing");
  expect(answer.status).toBe(400);
  expect(answer.body).toContain("for alibaba: its models are sold for credits alone");
});

// https://developers.cloudflare.com/ai-gateway/usage/universal/ spells it so.
test.each(["Authorization", "x-api-key", "x-goog-api-key", "api-key"])(
  "a step of a universal call brings a key as %s, which the request around it does not",
  async (name) => {
    const { gateway } = openGateway({ settings: { byokOnly: true } });
    const query = { model: "gpt-5-mini", messages: [{ role: "user", content: "Hi" }] };
    const step = { provider: "openai", endpoint: "chat/completions", query };
    const key = "Bearer sk-of-the-caller";
    const status = async (headers: object, around: Record<string, string>) => {
      const calls = universalCalls.parse([{ ...step, headers }]);
      return (await callInTurn(gateway, "app", calls, around)).status;
    };

    expect(await status({ [name]: key }, {})).toBe(200);
    expect(await status({}, { [name.toLowerCase()]: key })).toBe(400);
  },
);

interface Change {
  readonly gateway?: string;
  readonly scopes?: readonly ("ai_gateway" | "workers")[];
}

/** Stores a key, as the REST API would. */
function keep(
  account: ReturnType<typeof openGateway>["account"],
  provider: string,
  { alias, gateway = "app", scopes = ["ai_gateway"] }: Change & { readonly alias: string },
): void {
  const time = new Date(0).toISOString();
  const id = `${gateway}_${provider}_${alias}`;
  account.put("secrets", id, {
    id,
    store_id: STORE,
    name: id,
    comment: "",
    scopes: [...scopes],
    created: time,
    modified: time,
    preview: "****",
    isDeclared: false,
  });
  account.put("providerConfigs", id, {
    id,
    gateway_id: gateway,
    provider_slug: provider,
    alias,
    default_config: alias === "default",
    secret_id: id,
    modified_at: time,
    isDeclared: false,
  });
}
