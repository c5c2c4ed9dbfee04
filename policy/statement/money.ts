import {
  authorOf,
  keyLabel,
  keyProviderOf,
  paidWith,
  thirdPartyModels,
  type PaidWith,
} from "../gateway/provider-keys.ts";
import type { Settings } from "../settings/settings.ts";
import { list } from "../words.ts";
import type { Fact, OpenPoint } from "./fact.ts";

/** States with whose money and keys models are called. */
export function money(settings: Settings): Fact {
  const { billing, byokOnly, zdr, providers } = settings;
  const parts = [
    billing === "unified"
      ? "Workers AI from AI Gateway credits"
      : "Workers AI on the account's bill",
    ...thirdParties(settings),
    ...unused(settings),
    ...(zdr
      ? ["calls paid from credits to OpenAI's and Anthropic's endpoints that retain nothing"]
      : []),
  ];
  return {
    id: "money",
    question: "With whose money and keys?",
    answer: parts.join("; "),
    value: {
      billing,
      byokOnly,
      zdr,
      ...(providers.length > 0 && {
        keys: providers.map(({ provider, alias }) => ({ provider, alias })),
      }),
    },
    ...(providers.length > 0 && { notProved: [FOUND] }),
  };
}

const FOUND: OpenPoint = {
  point: 21,
  text: "that the AI binding's calls use the stored key of the alias default, and fall back on credits without one",
};

/** Says for each provider of the stack's models who pays; where it has none, what would hold. */
function thirdParties(settings: Settings): readonly string[] {
  const models = thirdPartyModels(settings);
  if (models.length === 0) {
    return [
      settings.byokOnly
        ? "third parties with keys of your own only"
        : "third parties from credits where no key is stored",
    ];
  }
  const byWay = Map.groupBy(models, (model) => paidWith(settings, model));
  return [...byWay].map(([way, some]) => SAYS[way](some));
}

const SAYS: Readonly<Record<PaidWith, (models: readonly string[]) => string>> = {
  key: (models) =>
    `models of ${authors(models)} with the stack's key of ${list(unique(models.map(keyProviderOf)))}, on the bill of that key's owner`,
  credits: (models) =>
    `models of ${authors(models)} from AI Gateway credits, unless somebody stores a key in the dashboard`,
  nothing: (models) =>
    `models of ${authors(models)} not at all: no key is stored, and none is sent`,
};

/** Names the keys with which no call of the Worker is paid. */
function unused(settings: Settings): readonly string[] {
  const used = new Set(
    thirdPartyModels(settings)
      .filter((model) => paidWith(settings, model) === "key")
      .map((model) => keyProviderOf(model)),
  );
  const others = settings.providers
    .map((key) => [key.provider, keyLabel(key)] as const)
    .filter(([provider, label]) => label !== provider || !used.has(provider));
  return others.length === 0
    ? []
    : [`beside the Worker, also ${list(others.map(([, label]) => label))} with a key of the stack`];
}

function authors(models: readonly string[]): string {
  return list(unique(models.map(authorOf)));
}

function unique(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
