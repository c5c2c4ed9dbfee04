/** Defines the settings of logs, of their readers, and of copies. */
import { z } from "zod";

import { looksSecret } from "../looks-secret.ts";
import { PAID_PLAN_LOGS } from "../platform.ts";
import { PUBLIC_KEY } from "./public-key.ts";
import {
  DOCS,
  LIMITS,
  day,
  name,
  offUnlessSet,
  webhookUrl,
  whole,
  text,
  shownText,
} from "./notes.ts";

export const logSystem = z.enum(["legacy", "observability"]).meta({
  description:
    "the account's log system: legacy if the account was created before 2026-09-24, else observability",
  source: `${DOCS}/observability/logging/`,
});

/** The days that something is kept. */
export const keepDays = whole(1, 3650);

const collected = {
  collect: z.enum(["full", "metadata", "none"]).meta({
    description:
      "what a log keeps: full (with prompt and answer), metadata (model, tokens, cost, status, duration) or none (no log)",
  }),
  classification: offUnlessSet(
    "let Cloudflare read the stored prompts and answers to label tasks; needs collect full",
    `${DOCS}/observability/log-classification/`,
  ),
};

export const legacyLogs = z.strictObject({
  ...collected,
  maxEntries: whole(10_000, PAID_PLAN_LOGS).meta({
    description: "logs kept at most, by count; legacy log system only",
    source: LIMITS,
  }),
  whenFull: z.enum(["deleteOldest", "stop"]).meta({
    description:
      "at maxEntries: delete the oldest logs, or stop logging (requests are served on); legacy log system only",
  }),
  keepDays: keepDays.optional().meta({
    description:
      "days a log is kept; on legacy logs a second Worker deletes older ones, on observability the platform does, after 7",
  }),
  alertUrl: webhookUrl.optional().meta({
    description:
      "webhook that gets a message where that Worker fails or falls behind; legacy log system only",
    expects: "an https URL, as a Pulumi secret",
    secret: true,
  }),
});

/** On Workers Observability storage is bounded by allowance and days, not by count. */
export const observabilityLogs = z.strictObject({
  ...collected,
  keepDays: keepDays.optional().meta({
    description: "days a log is kept; the platform's own number, written for the reader",
  }),
});

export const readers = z
  .array(
    z.strictObject({
      name: name.meta({ description: "name of the person, team or pipeline" }),
      kind: z
        .enum(["person", "ci"])
        .meta({ description: "person (one or a team), or ci (a pipeline)" }),
      until: day.optional().meta({ description: "last day of the access" }),
      addresses: z
        .array(
          z
            .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()])
            .meta({ expects: "an IP address or a range such as 203.0.113.0/24" }),
        )
        .min(1)
        .max(50)
        .optional()
        .meta({ description: "networks the access is limited to" }),
      token: offUnlessSet(
        "make a token with these limits that reads the logs, all of the account's, and nothing else; output readerTokens",
        "https://developers.cloudflare.com/fundamentals/api/get-started/account-owned-tokens/",
      ),
    }),
  )
  .max(50)
  .default([])
  .meta({ description: "who is meant to read the logs" });

export const headerName = shownText(/^[A-Za-z0-9-]{1,64}$/).meta({
  expects: "a header's name, of letters, digits and -",
});

export const headerValue = z
  .string()
  .min(1)
  .max(4096)
  .meta({ secret: true, expects: "text, as a Pulumi secret" });

export const exports = z
  .array(
    z.strictObject({
      kind: z.enum(["otel"]).meta({
        description: "otel: each request as an OpenTelemetry trace, prompt and answer included",
        expects: "otel (encrypted copies in R2: logpush)",
        source: `${DOCS}/observability/otel-integration/`,
      }),
      // Pages and reviews show the URL, so it has no part that may hold a key: no user, password,
      // query or fragment.
      url: z
        .string()
        .max(500)
        .regex(/^https:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9._~/%:-]*)?$/)
        // The parser also refuses a host of dots alone, and a port over 65535.
        .refine((url) => URL.canParse(url) && !looksSecret(url))
        .meta({
          description: "where the traces go",
          expects:
            "an https URL without user name, password or query, and without a key in its path",
          unshown: true,
        }),
      headers: z.record(headerName, headerValue).default({}).meta({
        description: "headers of each export, such as Authorization; the values are secrets",
      }),
      authorization: shownText(/^[A-Za-z0-9_-]{1,100}$/)
        .optional()
        .meta({
          description:
            "name of a secret in the account's Secrets Store, sent as Authorization in place of a header",
          expects: "the name of a secret, of letters, digits, _ and -, and not the secret itself",
        }),
      contentType: z
        .enum(["json", "protobuf"])
        .default("json")
        .meta({ description: "encoding of the traces" }),
      keepDays: keepDays.optional().meta({ description: "days the receiver keeps its copy" }),
    }),
  )
  .max(10)
  .default([])
  .meta({ description: "copies that leave AI Gateway" });

export const logpush = z
  .strictObject({
    bucket: text(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/).meta({
      description: "R2 bucket of the copies, in the same account; the stack makes it",
      expects: "3 to 63 of a-z, 0-9 and -, not at either end",
      source: "https://developers.cloudflare.com/r2/buckets/create-buckets/",
    }),
    keepDays: keepDays.meta({
      description: "days a copy is kept; a lifecycle rule of the bucket deletes older ones",
      source: "https://developers.cloudflare.com/r2/buckets/object-lifecycles/",
    }),
    bodies: z.boolean().default(true).meta({
      description:
        "whether copies have prompts and answers; with false they have neither, and need no key",
    }),
    publicKey: z.string().regex(PUBLIC_KEY).trim().optional().meta({
      description:
        "key that metadata, prompt and answer are encrypted for; the private half opens them, and is nowhere in a stack; required unless bodies is false, when metadata alone is encrypted for it",
      expects: "an RSA public key of 4096 bits in PEM, as npm run keys makes it",
      unshown: true,
    }),
  })
  // No rule, which a waiver could lift: bodies never leave in clear.
  .refine(({ bodies, publicKey }) => !bodies || publicKey !== undefined, {
    path: ["publicKey"],
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .optional()
  .meta({
    // For editors, which know of no refinement.
    if: { not: { properties: { bodies: { const: false } }, required: ["bodies"] } },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: { required: ["publicKey"] },
    description: "copies of each log in R2, bodies encrypted or left out; needs logs.collect full",
    source: `${DOCS}/observability/logging/logpush/`,
  });
