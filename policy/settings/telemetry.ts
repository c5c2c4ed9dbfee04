/** Defines the settings of what the Worker measures: numbers and names, never a prompt or an answer. */
import { z } from "zod";

import { looksSecret } from "../looks-secret.ts";
import { headerName, headerValue, keepDays } from "./logs.ts";
import { text } from "./notes.ts";

const ENGINE = "https://developers.cloudflare.com/analytics/analytics-engine";

/** Matches the name of a header that neither the Worker nor its runtime sets by itself. */
const NOT_OF_THE_WORKER =
  /^(?!content-|cf-|(?:host|connection|transfer-encoding|te|upgrade|expect)$)/i;

const traces = z
  .strictObject({
    // Pages and reviews show the URL, so it has no part that may hold a key.
    url: z
      .string()
      .max(500)
      .regex(/^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\/[A-Za-z0-9._~/%:-]*$/)
      .refine((url) => URL.canParse(url) && !looksSecret(url))
      .meta({
        description: "the collector: where spans are sent, as OTLP over HTTP in JSON",
        expects:
          "the https URL that takes traces, such as https://otel.example.com/v1/traces, without user name, password or query, and without a key in its path",
        unshown: true,
        source: "https://opentelemetry.io/docs/specs/otlp/#otlphttp-request",
      }),
    headers: z
      .record(
        headerName.regex(NOT_OF_THE_WORKER).meta({
          expects:
            "a header's name, of letters, digits and -, and none that the Worker or its runtime sets (content-…, cf-…, host)",
        }),
        headerValue,
      )
      .default({})
      .meta({
        description: "headers of each call, such as Authorization; the values are secrets",
      }),
    keepDays: keepDays.optional().meta({ description: "days the receiver keeps a span" }),
  })
  .optional()
  .meta({
    description:
      "one OpenTelemetry span for each request that reaches a model, without prompt and answer, to a collector",
    source: "https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/",
  });

const metrics = z
  .strictObject({
    dataset: z.union([z.literal(true), text(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/)]).meta({
      description:
        "name of the dataset, which stands for the whole group, too; true is ai_gateway_ and the Worker's name",
      expects: "true, or a name of letters, digits and _, not a digit first",
      source: `${ENGINE}/get-started/`,
    }),
  })
  .optional()
  .meta({
    shorthand: "dataset",
    expects: "true, or a group of dataset",
    description:
      "one data point for each request, without prompt and answer, in Workers Analytics Engine, which keeps it for three months",
    source: `${ENGINE}/limits/`,
  });

export const telemetry = z
  .strictObject({ traces, metrics })
  .default({})
  .meta({ description: "what the Worker measures of each request, in production too" });
