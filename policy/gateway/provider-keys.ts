/** Says which stored key the calls of a model use, and how the account names it. */
import { showKey } from "../looks-secret.ts";
import { isWorkersAi } from "../platform.ts";
import { DEFAULT_ALIAS } from "../settings/providers.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * The gateway's names of providers, where models begin with another one. Undefined: their models
 * are sold for AI Gateway credits alone, and no key of one's own reaches them.
 * https://github.com/cloudflare/ai/blob/main/packages/gateway-core/src/gateway-providers.ts
 */
const KEY_PROVIDERS: Readonly<Record<string, string | undefined>> = {
  google: "google-ai-studio",
  xai: "grok",
  alibaba: undefined,
  minimax: undefined,
};

/** Returns the gateway's name of a third party's provider; undefined where no key reaches it. */
export function keyProviderOf(model: string): string | undefined {
  const author = authorOf(model);
  return Object.hasOwn(KEY_PROVIDERS, author) ? KEY_PROVIDERS[author] : author;
}

/** Returns the part of a model's id that names its provider. */
export function authorOf(model: string): string {
  return model.split("/")[0] ?? model;
}

/** What decides with which key a model is called. */
type Keys = Pick<Settings, "providers" | "byokOnly">;

/**
 * Returns with what a call of a third party's model is paid: the key that the stack stores, AI
 * Gateway credits where it stores none, or nothing, because `byokOnly` then refuses the call. Of a
 * call through the AI binding the alias `default` alone counts.
 * https://developers.cloudflare.com/ai-gateway/usage/worker-binding-methods/
 */
export function paidWith({ providers, byokOnly }: Keys, model: string): PaidWith {
  const wanted = keyProviderOf(model);
  const isStored = providers.some(
    ({ provider, alias }) => provider === wanted && alias === DEFAULT_ALIAS,
  );
  if (isStored) return "key";
  return byokOnly ? "nothing" : "credits";
}

/** With what a call is paid. */
export type PaidWith = "key" | "credits" | "nothing";

/** Lists the stack's models of third parties. */
export function thirdPartyModels({ worker }: Pick<Settings, "worker">): readonly string[] {
  return worker.models.map(({ id }) => id).filter((id) => !isWorkersAi(id));
}

/** Where a key is found: its gateway, its provider and its alias. */
interface KeyPlace {
  readonly gatewayId: string;
  readonly provider: string;
  readonly alias: string;
}

// https://developers.cloudflare.com/ai-gateway/configuration/bring-your-own-keys/
/** Names a key's secret in the Secrets Store: a call finds the key by this name. */
export function keySecretName({ gatewayId, provider, alias }: KeyPlace): string {
  return `${gatewayId}_${provider}_${alias}`;
}

/** Names a key in messages: `openai`, or `openai (alias batch)`. An account may have any text there. */
export function keyLabel({ provider, alias }: Pick<KeyPlace, "provider" | "alias">): string {
  return alias === DEFAULT_ALIAS
    ? showKey(provider)
    : `${showKey(provider)} (alias ${showKey(alias)})`;
}
