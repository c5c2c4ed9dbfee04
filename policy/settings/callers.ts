/** Defines the settings of the chat Worker's callers. */
import { z } from "zod";

import { TOKEN_HASH } from "./caller-key.ts";
import { DOCS, day, hash, name, perLocation, dollars, moneyWindow } from "./notes.ts";

export const anonymousCallers = z
  .strictObject({
    key: hash.meta({
      description: "key of the hash, as a Pulumi secret; another key is another hash",
      secret: true,
    }),
  })
  .optional()
  .meta({ description: "put a keyed hash in each log in place of the caller's name" });

export const callers = z
  .array(
    z.strictObject({
      name: name.meta({
        description: "name of the caller in each log's metadata; repeat it to rotate a token",
      }),
      sha256: z.string().regex(TOKEN_HASH).meta({
        description:
          "SHA-256 of the caller's token, in clear, or as a Pulumi secret, which no reviewer can compare",
        expects: "64 hexadecimal characters, lower case, and not the hash of nothing",
        secret: true,
        mayBeClear: true,
      }),
      until: day.optional().meta({ description: "last day of the token" }),
      models: z.array(z.string().max(200)).min(1).max(50).optional().meta({
        description: "the caller's models, by id or name; without it, all of worker.models",
      }),
      limit: perLocation("the caller")
        .optional()
        .meta({ description: "a limit of its own, in place of worker.callerLimit" }),
      limitUsd: z
        .strictObject({ usd: dollars(" of the caller"), ...moneyWindow })
        .optional()
        .meta({
          description:
            "money after which the gateway refuses the caller; one of the gateway's 20 spend limits",
          source: `${DOCS}/features/spend-limits/`,
        }),
    }),
  )
  .max(100)
  .default([])
  .meta({ description: "who may call the Worker when access is token" });
