import { chatCompletions } from "./chat-completions.ts";
import { completions } from "./completions.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { feedback } from "./feedback.ts";
import { health } from "./health.ts";
import { messages } from "./messages.ts";
import { model } from "./model.ts";
import { models } from "./models.ts";
import { responses } from "./responses.ts";
import { sample } from "./sample.ts";

/**
 * Lists every endpoint of the Worker. A new one needs a request in
 * test/support/endpoint-requests.ts, too.
 */
export const ENDPOINTS = {
  health,
  sample,
  models,
  model,
  chatCompletions,
  responses,
  messages,
  completions,
  embeddings,
  feedback,
} satisfies Readonly<Record<string, Endpoint>>;
