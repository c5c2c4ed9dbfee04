/** Defines what a stack file says of one model. */
import { z } from "zod";

import { FORMATS, formatOf } from "./formats.ts";
import { shownText } from "./notes.ts";

// A dynamic route, a model alias and the auto router are pools that change behind their names.
// https://developers.cloudflare.com/ai-gateway/features/auto-router/
export const modelId = shownText(
  /^(?:@cf\/|(?!(?:dynamic|custom|cloudflare)\/))[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9._-]*$/,
).meta({
  expects:
    "a Workers AI model, @cf/AUTHOR/MODEL, or a third party's, PROVIDER/MODEL, but none that the platform picks (custom/…, cloudflare/…, dynamic/…): nobody can say who would read the prompt",
  source: "https://developers.cloudflare.com/workers-ai/models/",
});

// Agents ask for names of many shapes: gpt-5, claude-sonnet-4-5, openai/gpt-4o. A name that looks
// like one of the platform's pools would be taken for it.
const modelName = shownText(
  /^(?!(?:dynamic|custom|cloudflare)\/)[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/,
)
  .refine((called) => !/^(?:dynamic|custom|cloudflare)\//i.test(called))
  .meta({
    expects:
      "1 to 100 of A-Z, a-z, 0-9, ., _, :, / and -, beginning with a letter or digit, but no name of the platform's (custom/…, cloudflare/…, dynamic/…, @cf/…)",
  });

/** How a model's streams reach callers who speak its format. */
const STREAMS = ["read", "native"] as const;

/** A model: its id, the format of its requests, the name that callers may use, and its streams. */
export const model = z
  .strictObject({
    id: modelId.meta({ description: "id of the model, which stands for the whole group, too" }),
    speaks: z.enum(FORMATS).optional().meta({
      description:
        "format of its requests; needed only where policy/settings/formats.ts does not know it",
    }),
    name: modelName.optional().meta({
      description: "name that callers may use in place of the id, such as an agent's default",
    }),
    stream: z.enum(STREAMS).default("read").meta({
      description:
        "how its streams reach callers who speak its format: read (event by event) or native (unread, as the provider sends them)",
    }),
  })
  .transform(({ id, speaks, name: called, stream }) => ({
    id,
    speaks: speaks ?? formatOf(id),
    name: called,
    // Absent, so that a stack without it has the policy that it had.
    stream: stream === "native" ? stream : undefined,
  }))
  .meta({
    shorthand: "id",
    expects:
      "a Workers AI model, @cf/AUTHOR/MODEL, a third party's, PROVIDER/MODEL, or a group of id, speaks, name and stream",
  });
