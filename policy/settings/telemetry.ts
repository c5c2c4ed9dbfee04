/** Defines the settings of what the Worker measures: numbers and names, never a prompt or an answer. */
import { z } from "zod";

import { looksSecret } from "../looks-secret.ts";
import { headerName, headerValue, keepDays } from "./logs.ts";

/** Matches the name of a header that neither the Worker nor its runtime sets by itself. */
const NOT_OF_THE_WORKER =
  /^(?!content-|cf-|(?:host|connection|transfer-encoding|te|upgrade|expect)$)/i;

const traces = z
  .strictObject({
    // Pages and reviews show the URL, so it has no part that may hold a key.
    url: z
      .string()
      .max(500)
      .regex(/^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?\/[A-Za-z0-9._~/%:-]*$/)
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

/** The setting `telemetry`. */
export const telemetry = z
  .strictObject({ traces })
  .default({})
  .meta({ description: "what the Worker measures of each request, in production too" });
