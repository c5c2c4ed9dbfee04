/** Defines the settings of the chat Worker. */
import { z } from "zod";

import { LOG_BYTES } from "../platform.ts";
import { model, modelId } from "./model.ts";
import { LIMITS, hash, whole, text, perLocation } from "./notes.ts";
import { REACH_NAMES } from "./reaches.ts";

const ACCESS_DOCS =
  "https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/";

const label = text(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/).meta({
  expects: "1 to 63 of a-z, 0-9 and -, not at either end",
});

export const worker = z.strictObject({
  name: label.meta({
    description: "name of the chat Worker and first label of its workers.dev address",
    source: "https://developers.cloudflare.com/workers/platform/limits/",
  }),
  models: z
    .array(model)
    .min(1)
    .max(50)
    .meta({ description: "models a caller may request; the first answers GET /" }),
  fallbacks: z.array(modelId).max(5).default([]).meta({
    description:
      "models of the list above that are tried in turn where a chat's is busy, broken or too slow",
  }),
  allow: z
    .array(z.enum(REACH_NAMES))
    .max(REACH_NAMES.length)
    .default([])
    .meta({
      description:
        "what a request may ask of a provider beside an answer; the rest of these is refused by name",
      expects: `a list of ${REACH_NAMES.join(", ")}`,
    }),
  access: z.enum(["token", "open"]).default("token").meta({
    description:
      "who may call: token (the callers below, and whom Cloudflare Access lets in) or open (everybody, at your cost)",
  }),
  cloudflareAccess: z
    .strictObject({
      team: label.meta({ description: "team name, the first label of TEAM.cloudflareaccess.com" }),
      audience: hash.meta({
        description: "Application Audience (AUD) tag of the Access application",
        source: ACCESS_DOCS,
      }),
    })
    .optional()
    .meta({
      description:
        "let in whom Cloudflare Access vouches for, under an e-mail address or a service token's client id",
    }),
  domain: z
    .string()
    .max(253)
    .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/)
    .optional()
    .meta({
      description: "serve the Worker at https://DOMAIN, in a zone of the account",
      expects: "a host name such as chat.example.com, lower case",
      source: "https://developers.cloudflare.com/workers/configuration/routing/custom-domains/",
    }),
  workersDev: z.boolean().default(false).meta({
    description: "serve the Worker at https://NAME.SUBDOMAIN.workers.dev",
  }),
  workersDevSubdomain: label.optional().meta({
    description:
      "the account's workers.dev subdomain, for the workerUrl output; the deploy requests it where it is left out",
    expects: "the label before .workers.dev",
  }),
  timeoutSeconds: whole(1, 600)
    .default(120)
    .meta({ description: "longest wait for one model's whole answer; a fallback has it anew" }),
  // As long as the default of the whole: models that think may be silent for a minute and more.
  idleSeconds: whole(1, 600).default(120).meta({
    description:
      "longest silence of a model within a streamed answer, at most timeoutSeconds; meanwhile comments keep the connection",
  }),
  callerLimit: perLocation("one caller").optional().meta({
    description: "a limit for each caller without one of its own, before any model is called",
  }),
  origins: z
    .array(
      z
        .string()
        .max(260)
        .regex(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/)
        .meta({ expects: "an origin such as https://app.example.com, without a path" }),
    )
    .max(50)
    .default([])
    .meta({ description: "web pages whose scripts may call the Worker with a token (CORS)" }),
  // A larger log is not stored, so a larger request would leave none.
  maxBodyBytes: whole(1024, LOG_BYTES)
    .default(1_000_000)
    .meta({ description: "largest request body the Worker reads", source: LIMITS }),
  placement: z.enum(["default", "smart"]).default("default").meta({
    description: "run near the caller (default), or where Cloudflare finds it fastest (smart)",
    source: "https://developers.cloudflare.com/workers/configuration/smart-placement/",
  }),
  cpuMs: whole(10, 300_000).optional().meta({
    description: "most CPU time of one request, in milliseconds; needs the paid plan",
    source: "https://developers.cloudflare.com/workers/platform/limits/#cpu-time",
  }),
});
