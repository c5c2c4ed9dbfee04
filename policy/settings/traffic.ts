/** Defines the settings of what the gateway does to a request on its way. */
import { z } from "zod";

import { SPEND_RULES } from "../platform.ts";
import { DOCS, name, offUnlessSet, whole, dollars, moneyWindow } from "./notes.ts";

export const cache = z
  .strictObject({
    ttlSeconds: whole(60, 2_592_000).meta({
      description: "how long an answer is served again to an identical request",
      source: `${DOCS}/features/caching/`,
    }),
  })
  .optional()
  .meta({ description: "cache of answers, shared by all callers" });

export const rateLimit = z
  .strictObject({
    requests: whole(1, 1_000_000_000).meta({ description: "requests allowed per interval" }),
    intervalSeconds: whole(1, 2_592_000).meta({ description: "length of the interval" }),
    technique: z.enum(["fixed", "sliding"]).meta({
      description: "fixed (clock-aligned windows) or sliding (the trailing interval)",
    }),
  })
  .optional()
  .meta({ description: "one limit for all callers of the gateway together" });

export const spendLimits = z
  .array(
    z.strictObject({
      id: name.meta({ description: "name of the limit" }),
      limitUsd: dollars(""),
      ...moneyWindow,
      per: z
        .enum(["gateway", "caller"])
        .default("gateway")
        .meta({ description: "one sum for all callers, or one for each" }),
    }),
  )
  .max(SPEND_RULES)
  .default([])
  .meta({
    description: "money after which requests are refused",
    source: `${DOCS}/features/spend-limits/`,
  });

export const retry = z
  .strictObject({
    maxAttempts: whole(1, 5).meta({
      description: "retries of a failed upstream call; each may be billed",
      source: `${DOCS}/configuration/manage-gateway/#retry-requests`,
    }),
    // The API has accepted more since 2026-08; every published page agrees on these bounds.
    delayMs: whole(100, 5000).meta({
      description: "wait before a retry",
      source: `${DOCS}/configuration/manage-gateway/#retry-requests`,
    }),
    backoff: z.enum(["constant", "linear", "exponential"]).meta({
      description: "how the wait grows from retry to retry",
    }),
  })
  .optional()
  .meta({ description: "retries by the gateway" });

const verdict = (title: string) => z.enum(["flag", "block"]).optional().meta({ title });

// The hazards are prompt injection and those of Llama Guard 3.
const verdicts = z.strictObject({
  P1: verdict("prompt injection"),
  S1: verdict("violent crimes"),
  S2: verdict("non-violent crimes"),
  S3: verdict("sex crimes"),
  S4: verdict("child exploitation"),
  S5: verdict("defamation"),
  S6: verdict("specialized advice"),
  S7: verdict("privacy"),
  S8: verdict("intellectual property"),
  S9: verdict("indiscriminate weapons"),
  S10: verdict("hate"),
  S11: verdict("self-harm"),
  S12: verdict("sexual content"),
  S13: verdict("elections"),
});

export const guardrails = z
  .strictObject({
    prompt: verdicts
      .default({})
      .meta({ description: "what is looked for in prompts, each flag or block" }),
    response: verdicts
      .default({})
      .meta({ description: "what is looked for in answers, each flag or block" }),
  })
  .refine(({ prompt, response }) => Object.keys({ ...prompt, ...response }).length > 0)
  .optional()
  .meta({
    expects: "a group of prompt and response, with at least one hazard between them",
    description:
      "models on Workers AI read prompts and answers, and flag or block hazards: P1 (prompt injection), S1 to S13",
    source: `${DOCS}/features/guardrails/usage-considerations/`,
  });

export const dlp = z
  .array(
    z.strictObject({
      id: name.meta({ description: "name of the policy" }),
      action: z.enum(["flag", "block"]).meta({ description: "what happens at a match" }),
      check: z
        .array(z.enum(["request", "response"]))
        .min(1)
        .max(2)
        .meta({ description: "what is scanned: request, response or both" }),
      profiles: z
        .array(z.uuid().meta({ expects: "the UUID of a DLP profile" }))
        .min(1)
        .max(50)
        .meta({ description: "Zero Trust DLP profiles to look for" }),
    }),
  )
  .max(20)
  .default([])
  .meta({
    description: "data loss prevention: Cloudflare scans prompts or answers",
    source: `${DOCS}/features/dlp/set-up-dlp/`,
  });

export const byokOnly = offUnlessSet(
  "refuse third-party calls that bring no provider key of their own or stored one",
  "https://developers.cloudflare.com/changelog/product/ai-gateway/",
);

export const zdr = offUnlessSet(
  "route unified-billing calls to endpoints without retention at the provider; does not affect our logs",
  `${DOCS}/features/unified-billing/`,
);

export const billing = z
  .enum(["postpaid", "unified"])
  .default("postpaid")
  .meta({
    description: "how Workers AI is paid: postpaid, or unified (AI Gateway credits)",
    source: `${DOCS}/features/unified-billing/`,
  });
