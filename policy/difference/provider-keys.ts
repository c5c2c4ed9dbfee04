/** What a change of a provider's key means: whose account is used, who pays, and what ends. */
import type { Judge, Value } from "../gateway/effects.ts";
import { keyProviderOf } from "../gateway/provider-keys.ts";
import { isWorkersAi } from "../platform.ts";
import { DEFAULT_ALIAS } from "../settings/providers.ts";
import type { Settings } from "../settings/settings.ts";
import type { Leaf } from "./leaves.ts";

type Leaves = ReadonlyMap<string, Leaf>;

/** Returns the path of a key's leaf. */
export function keyPath({ provider, alias }: Settings["providers"][number]): string {
  return alias === DEFAULT_ALIAS ? `providers.${provider}` : `providers.${provider} (${alias})`;
}

/** Judges a key that comes or goes. */
export const storesKey: Judge = (_, to) =>
  to === undefined
    ? {
        effect: "neutral",
        because: "calls to that provider are paid from AI Gateway credits again",
      }
    : {
        effect: "less private",
        because:
          "calls use an account at the provider that owns this key: what is kept of prompts there, and who reads it, is decided there",
      };

/** Describes what ends with a key: with byokOnly its provider's models are called no more. */
export function endsWithKey(to: Value, path: string, after: Leaves): string | undefined {
  if (to !== undefined || after.get("byokOnly")?.value !== true) return undefined;
  const models = [...after.values()]
    .filter(({ pattern }) => pattern === "worker.models[]")
    .map((leaf) => leaf.path.replace("worker.models.", ""))
    .filter((model) => !isWorkersAi(model) && `providers.${keyProviderOf(model)}` === path);
  return models.length === 0
    ? undefined
    : `requests for ${models.join(", ")} are refused: byokOnly is true, and no other key is stored`;
}
