/**
 * Whether each endpoint of the Worker reaches a model of each format: an agent takes two steps with
 * tools, before the local model, which refuses what the provider's API would refuse.
 */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, stepCountIs, streamText, tool, type LanguageModel } from "ai";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";

import { copyProject, type Project } from "../support/project.ts";
import { startLocal, type Local } from "../support/start-local.ts";

const LAST = "@cf/openai/gpt-oss-120b";
const ADDED = ["openai/gpt-4o", "openai/gpt-5.6-terra", "anthropic/claude-sonnet-5"];
// The table knows nothing of these, so the stack file declares their format.
const DECLARED = { "acme/chat": "chat", "acme/items": "responses", "acme/blocks": "messages" };
const MODELS = ["@cf/meta/llama-3.1-8b-instruct-fast", LAST, ...ADDED, ...Object.keys(DECLARED)];

let project: Project;
let local: Local;
beforeAll(async () => {
  // The SDK warns of models that it does not know.
  vi.stubGlobal("AI_SDK_LOG_WARNINGS", false);
  project = await copyProject();
  const models = [
    ...[LAST, ...ADDED].map((model) => `- "${model}"\n`),
    ...Object.entries(DECLARED).map(([id, speaks]) => `- { id: ${id}, speaks: ${speaks} }\n`),
  ];
  await project.edit("Pulumi.dev.yaml", `- "${LAST}"\n`, models.join(" ".repeat(6)));
  local = await startLocal(project, "dev");
});
afterAll(async () => {
  await local.process.stop("SIGTERM");
  await project.remove();
  vi.unstubAllGlobals();
});

const ENDPOINTS: Readonly<Record<string, (model: string) => LanguageModel>> = {
  "chat completions": (model) => createOpenAI(connection()).chat(model),
  Responses: (model) => createOpenAI(connection())(model),
  Messages: (model) => createAnthropic(connection())(model),
};

function connection() {
  return { baseURL: `${local.worker}/v1`, apiKey: local.key };
}

const THINKING = {
  openai: { store: false, reasoningEffort: "low", forceReasoning: true },
  anthropic: { thinking: { type: "enabled", budgetTokens: 1024 } },
} as const;
const PLAIN = { openai: { store: false } };

test.each(
  Object.keys(ENDPOINTS).flatMap((endpoint) =>
    MODELS.flatMap((model) => [
      [endpoint, model, "thinking", THINKING] as const,
      [endpoint, model, "not thinking", PLAIN] as const,
    ]),
  ),
)("an agent at %s calls two tools of %s, %s", async (endpoint, model, _thinks, providerOptions) => {
  const request = {
    model: ENDPOINTS[endpoint]?.(model) ?? "",
    prompt: "Ask tide and wind",
    tools: { tide: portTool("tide"), wind: portTool("wind") },
    stopWhen: stepCountIs(3),
    maxOutputTokens: 2000,
    providerOptions,
    maxRetries: 0,
  };

  const whole = await generateText(request);
  const streamed = streamText(request);

  const answered = expect.stringMatching(/The tools answered: .*tide at text.*wind at text/s);
  expect([whole.text, await streamed.text]).toEqual([answered, answered]);
});

function portTool(name: string) {
  const inputSchema = z.object({ port: z.string() });
  return tool({ inputSchema, execute: async ({ port }) => `${name} at ${port}` });
}
