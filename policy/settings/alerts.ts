/** Describes the setting `alerts`: whom Cloudflare's notifications reach. */
import { z } from "zod";

import { webhookUrl, whole, text } from "./notes.ts";

const DOCS = "https://developers.cloudflare.com";

const usage = z
  .strictObject({
    product: text(/^[a-z0-9_]{1,64}$/).meta({
      description: "product whose usage is watched, as the account's list of alerts names it",
      expects: "1 to 64 of a-z, 0-9 and _",
      source: `${DOCS}/api/resources/alerting/subresources/available_alerts/methods/list/`,
    }),
    limit: whole(1, 1_000_000_000_000).meta({
      description:
        "usage of a billing period above which there is a message, in the product's unit",
      source: `${DOCS}/notifications/notification-available/`,
    }),
  })
  .optional()
  .meta({ description: "a message where the usage of a product passes a limit" });

export const alerts = z
  .strictObject({
    email: z
      .email()
      .max(200)
      .optional()
      .meta({
        description: "address that gets the messages",
        expects: "an e-mail address; where there is a webhook it may be left out",
        source: `${DOCS}/notifications/get-started/`,
      }),
    webhook: webhookUrl.optional().meta({
      description: "webhook that gets the messages",
      expects: "an https URL, as a Pulumi secret",
      secret: true,
      source: `${DOCS}/notifications/get-started/configure-webhooks/`,
    }),
    usage,
  })
  .refine(({ email, webhook }) => email !== undefined || webhook !== undefined, {
    path: ["email"],
    when: ({ value }) => typeof value === "object" && value !== null,
  })
  .optional()
  .meta({
    // For editors, which know of no refinement.
    if: { not: { required: ["webhook"] } },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: { required: ["email"] },
    description:
      "who gets Cloudflare's messages: with logpush, of a job that it switched off because it fails",
    source: `${DOCS}/logs/logpush/alerts-and-analytics/`,
  });
