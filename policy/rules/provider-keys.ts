/** Defines the rules about the keys with which the gateway calls third parties. */
import {
  authorOf,
  keyLabel,
  keyProviderOf,
  paidWith,
  thirdPartyModels,
} from "../gateway/provider-keys.ts";
import { DOCS } from "../settings/notes.ts";
import { nearestName, problemIf, problemsIn } from "../settings/problems.ts";
import { DEFAULT_ALIAS, KNOWN_PROVIDERS } from "../settings/providers.ts";
import type { Settings } from "../settings/settings.ts";
import { BOTH_ERROR, type Rule } from "./rule.ts";

export const providerKeyRules: readonly Rule[] = [
  {
    id: "byok-only-without-key",
    requirement: "with byokOnly, each third party's model must have a stored key",
    because: "a call for which the gateway has no key is then refused, and the Worker brings none",
    source:
      "https://developers.cloudflare.com/changelog/post/2026-09-14-require-provider-credentials/",
    remedy: "add the provider's key to providers, under the alias default, or remove byokOnly",
    severity: BOTH_ERROR,
    breaches: ({ settings }) =>
      problemsIn(
        "worker.models[]",
        settings.worker.models,
        ({ id }) =>
          thirdPartyModels(settings).includes(id) &&
          paidWith(settings, id) === "nothing" &&
          `is ${id}, while byokOnly is true and ${lacks(id)}`,
      ),
  },
  {
    id: "provider-key-unused",
    requirement: "a stored key must be one that the Worker's calls use",
    because:
      "whoever may call the gateway beside the Worker spends with it, and through the AI binding only the key default of a model's provider is used",
    source: `${DOCS}/usage/worker-binding-methods/`,
    remedy: "remove it, unless calls beside the Worker are meant to use it",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings }) =>
      problemsIn("providers[]", settings.providers, (key) => {
        const why = unusedBecause(key, thirdPartyModels(settings));
        return why !== undefined && `is a key of ${keyLabel(key)}${why}`;
      }),
  },
  {
    id: "zdr-without-effect",
    requirement: "zdr must be declared only where it works",
    because:
      "it chooses endpoints without retention for calls paid from credits; what a provider keeps of calls with your own key is between it and you",
    source: `${DOCS}/features/unified-billing/`,
    remedy: "agree on zero retention with the provider, and remove zdr, or remove the key",
    severity: { development: "warning", production: "warning" },
    breaches: ({ settings }) => {
      const own = thirdPartyModels(settings).filter((id) => paidWith(settings, id) === "key");
      return problemIf(
        settings.zdr && own.length > 0,
        "zdr",
        `is true, while ${own.join(", ")} is called with a stored key`,
      );
    },
  },
];

function lacks(model: string): string {
  const provider = keyProviderOf(model);
  return provider === undefined
    ? `models of ${authorOf(model)} are called for credits alone`
    : `providers has no key of ${provider} under the alias default`;
}

/** Says why no call of the Worker uses a key; undefined where some do. */
function unusedBecause(
  { provider, alias }: Settings["providers"][number],
  models: readonly string[],
): string | undefined {
  if (alias !== DEFAULT_ALIAS) return ", and the Worker's calls use the alias default alone";
  if (models.some((model) => keyProviderOf(model) === provider)) return undefined;
  const meant = models.map(keyProviderOf).filter((known) => known !== undefined);
  const used = [...new Set(meant)];
  const nearest = nearestProvider(provider, used);
  if (nearest !== undefined) return ` (did you mean ${nearest}?)`;
  return used.length === 0
    ? ", and no model of the stack is a third party's"
    : `, and the stack's models are called with keys of ${used.join(", ")}`;
}

/** Guesses the provider that was meant by a name that is not known; a model's name of it is one such. */
function nearestProvider(provider: string, used: readonly string[]): string | undefined {
  if (KNOWN_PROVIDERS.includes(provider)) return undefined;
  const ofModels = keyProviderOf(`${provider}/`);
  if (ofModels !== provider) return ofModels;
  return nearestName(provider, [...new Set([...used, ...KNOWN_PROVIDERS])]);
}
