/** Holds what the parts of the schema share: notes, cited pages and small types. */
import { z } from "zod";

import { looksSecret } from "../looks-secret.ts";

/** What a setting's description tells a reader beside its bounds. */
export interface Notes {
  /** The allowed values, where the schema's own bounds do not express them. */
  readonly expects?: string;
  /** The page that sets the limit. */
  readonly source?: string;
  /** Whether the value is encrypted in the stack file, and never shown in a message. */
  readonly secret?: boolean;
  /** A secret whose value may stand in clear where it is allowed, because it gives nothing away. */
  readonly mayBeClear?: boolean;
  /** In clear in the stack file, and not shown where it is wrong: then it may hold a key. */
  readonly unshown?: boolean;
  /** The field of a group for which a bare value stands, in place of the group. */
  readonly shorthand?: string;
  /** The environment variable that replaces a missing value. */
  readonly fallback?: string;
}

declare module "zod" {
  interface GlobalMeta extends Notes {}
}

export const DOCS = "https://developers.cloudflare.com/ai-gateway";
/** New gateways require authentication, and none that has it can go back. Read 2026-11-29. */
export const AUTHENTICATION_REQUIRED =
  "https://developers.cloudflare.com/changelog/post/2026-11-03-required-authentication/";
/** The page of AI Gateway's limits. */
export const LIMITS = `${DOCS}/reference/limits/`;

/** The characters of a gateway's id; Cloudflare documents the length alone. */
export const GATEWAY_ID = /^[a-z0-9_]+(?:-[a-z0-9_]+)*$/;

/** Makes a whole number from `min` to `max`. */
export function whole(min: number, max: number) {
  return z.int().min(min).max(max);
}

/** Makes a text of a form. */
export function text(form: RegExp) {
  return z.string().regex(form);
}

/** Makes a text that pages and reviews show, and that no secret may be pasted into. */
export function shownText(form: RegExp) {
  return text(form).refine((value) => !looksSecret(value));
}

/** A name that reviewers type and read: in a log's metadata, in a statement, in a waiver. */
export const name = text(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/).meta({
  expects: "1 to 32 of a-z, 0-9 and -, not at either end",
});

/** A last day, which is included and ends at midnight UTC. */
export const day = z.iso.date().meta({ expects: "a day as YYYY-MM-DD" });

/** The address of a webhook. It is a secret, for whoever has it may write there. */
export const webhookUrl = z
  .string()
  .max(500)
  .regex(/^https:\/\/\S+$/)
  .refine((url) => URL.canParse(url));

/** A hash or a key of 256 bits. */
export const hash = text(/^[0-9a-f]{64}$/).meta({
  expects: "64 hexadecimal characters, lower case",
});

const periodSeconds = z.union([z.literal(10), z.literal(60)]).meta({
  description: "length of the period",
  expects: "10 or 60",
  source: "https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/",
});

/** Makes the settings of a rate limit binding. */
export function perLocation(whose: string) {
  const description = `requests of ${whose} per period, counted at each location`;
  return z.strictObject({ requests: whole(1, 1_000_000).meta({ description }), periodSeconds });
}

/** Makes a number of US dollars, after which requests are refused. */
export function dollars(whose: string) {
  return z
    .number()
    .min(0.01)
    .max(1_000_000)
    .meta({
      description: `US dollars${whose} per window; best effort, bursts overshoot`,
      expects: "a number from 0.01 to 1000000",
    });
}

/** The window in which US dollars are summed. */
export const moneyWindow = {
  windowSeconds: whole(1, 31_536_000).meta({ description: "length of the window" }),
  technique: z
    .enum(["fixed", "sliding"])
    .default("fixed")
    .meta({ description: "fixed or sliding windows" }),
};

/** Makes a switch that is off unless the stack file turns it on. */
export function offUnlessSet(description: string, source: string) {
  return z.boolean().default(false).meta({ description, source });
}
