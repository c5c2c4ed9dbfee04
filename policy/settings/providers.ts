/** Defines the settings of the keys with which the gateway calls third parties. */
import { z } from "zod";

import { DOCS, name, text, shownText } from "./notes.ts";

const BYOK = `${DOCS}/configuration/bring-your-own-keys/`;

/** The alias of the key that a call uses where it names none. */
export const DEFAULT_ALIAS = "default";

/** The gateway's names of the providers whose keys are stored most: it takes others too. */
export const KNOWN_PROVIDERS: readonly string[] = [
  "openai",
  "anthropic",
  "google-ai-studio",
  "grok",
  "groq",
  "deepseek",
];

export const secretsStoreId = text(/^[0-9a-f]{32}$/)
  .optional()
  .meta({
    description:
      "the account's Secrets Store, which keeps the keys of providers; npx wrangler secrets-store store list --remote prints its id",
    unshown: true,
    expects: "32 hexadecimal characters, lower case",
    source: BYOK,
  });

export const providers = z
  .array(
    z.strictObject({
      provider: shownText(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/).meta({
        description: `the gateway's name of the provider: ${KNOWN_PROVIDERS.join(", ")}`,
        expects: "the gateway's name of a provider, such as google-ai-studio, of a-z, 0-9 and -",
        source: `${DOCS}/usage/providers/`,
      }),
      alias: name.default(DEFAULT_ALIAS).meta({
        description:
          "name of the key; the Worker's calls use default alone, and calls beside it name another in cf-aig-byok-alias",
        source: BYOK,
      }),
      key: z
        .string()
        .max(65_536)
        // A line break that a pipe has left at the end would be a part of the key.
        .regex(/^\S(?:.*\S)?$/s)
        .meta({
          description:
            "the key itself, as a Pulumi secret; another one takes its place in one step",
          expects:
            "a provider's key, as a Pulumi secret, without a space or a line break at its ends",
          secret: true,
        }),
    }),
  )
  .max(50)
  .default([])
  .meta({
    description: "keys with which the gateway calls third parties in place of AI Gateway credits",
    source: BYOK,
  });
