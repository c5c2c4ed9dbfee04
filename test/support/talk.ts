/**
 * Talks to a running Worker by each endpoint that answers conversations, with the official SDK of
 * its protocol, and says in one shape what a person would get.
 */
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

import type { ENDPOINTS } from "../../worker/chat/endpoints/endpoints.ts";
import type { Shape } from "./wire.ts";
import { TOKEN, type RunningWorker } from "./workerd.ts";

/** What came of a request. */
export interface Outcome {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
  readonly reason?: string | null;
  readonly usage?: { readonly input: number; readonly output: number };
  /** The error that the SDK raised; within a stream it has no status. */
  readonly error?: {
    readonly status: number | undefined;
    readonly type: unknown;
    readonly message: string;
  };
}

/** The request of a talk. */
export interface Talk {
  readonly model: string;
  readonly isStreamed: boolean;
  /** Whether the tool `look` is offered, which takes a place. */
  readonly hasTool?: boolean;
}

/** Talks by one endpoint. */
export type Talker = (worker: RunningWorker, talk: Talk) => Promise<Outcome>;

const SCHEMA = { type: "object", properties: { at: { type: "number" } } } as const;
const PROMPT = "Hi";

/** The endpoints that answer conversations. */
export type TalkingEndpoint = Extract<
  keyof typeof ENDPOINTS,
  "chatCompletions" | "responses" | "messages" | "completions"
>;

/** The route of each. */
export const ROUTES: Readonly<Record<TalkingEndpoint, string>> = {
  chatCompletions: "/v1/chat/completions",
  responses: "/v1/responses",
  messages: "/v1/messages",
  completions: "/v1/completions",
};

/** The shape of answers that each endpoint's own callers read, where models have it, too. */
export const OWN_SHAPES = {
  chatCompletions: "chat",
  responses: "responses",
  messages: "messages",
} as const satisfies Partial<Record<TalkingEndpoint, Shape>>;

/** A talker for each endpoint that answers conversations. */
export const TALKERS: Readonly<Record<TalkingEndpoint, Talker>> = {
  chatCompletions: raising(async (worker, { model, isStreamed, hasTool }) => {
    const tool = { type: "function", function: { name: "look", parameters: SCHEMA } } as const;
    const request = {
      model,
      messages: [{ role: "user" as const, content: PROMPT }],
      ...(hasTool === true && { tools: [tool] }),
    };
    const { chat } = openai(worker);
    const { choices, usage } = isStreamed
      ? await chat.completions
          .stream({ ...request, stream_options: { include_usage: true } })
          .finalChatCompletion()
      : await chat.completions.create(request);
    const message = choices[0]?.message;
    return {
      text: message?.content ?? "",
      calls: (message?.tool_calls ?? []).map((call) =>
        call.type === "function"
          ? { name: call.function.name, input: JSON.parse(call.function.arguments) }
          : { name: call.custom.name, input: call.custom.input },
      ),
      reason: choices[0]?.finish_reason ?? null,
      ...(usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } }),
    };
  }),
  responses: raising(async (worker, { model, isStreamed, hasTool }) => {
    const tool = { type: "function", name: "look", parameters: SCHEMA, strict: false } as const;
    const request = { model, input: PROMPT, ...(hasTool === true && { tools: [tool] }) };
    const { responses } = openai(worker);
    const response = isStreamed
      ? await responses.stream(request).finalResponse()
      : await responses.create(request);
    const { output, output_text, status, incomplete_details, usage } = response;
    const calls = output.flatMap((item) => (item.type === "function_call" ? [item] : []));
    const ended = calls.length > 0 ? "tool_calls" : "stop";
    const cutBy = incomplete_details?.reason === "content_filter" ? "content_filter" : "length";
    return {
      text: output_text,
      calls: calls.map(({ name, arguments: input }) => ({ name, input: JSON.parse(input) })),
      reason: status === "incomplete" ? cutBy : ended,
      ...(usage && { usage: { input: usage.input_tokens, output: usage.output_tokens } }),
    };
  }),
  messages: raising(async (worker, { model, isStreamed, hasTool }) => {
    const request = {
      model,
      max_tokens: 500,
      messages: [{ role: "user" as const, content: PROMPT }],
      ...(hasTool === true && { tools: [{ name: "look", input_schema: SCHEMA }] }),
    };
    const client = new Anthropic({ baseURL: worker.url.href, apiKey: TOKEN, maxRetries: 0 });
    const { content, stop_reason, usage } = isStreamed
      ? await client.messages.stream(request).finalMessage()
      : await client.messages.create(request);
    return {
      text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      calls: content.flatMap((block) =>
        block.type === "tool_use" ? [{ name: block.name, input: block.input }] : [],
      ),
      reason: STOP_REASONS.get(String(stop_reason)) ?? stop_reason,
      usage: { input: usage.input_tokens, output: usage.output_tokens },
    };
  }),
  completions: raising(async (worker, { model, isStreamed }) => {
    const { completions } = openai(worker);
    const request = { model, prompt: PROMPT };
    const chunks = isStreamed
      ? await completions.create({
          ...request,
          stream: true,
          stream_options: { include_usage: true },
        })
      : [await completions.create(request)];
    let outcome: Outcome = { text: "", calls: [] };
    for await (const { choices, usage } of chunks) {
      const [choice] = choices;
      outcome = {
        ...outcome,
        text: `${outcome.text}${choice?.text ?? ""}`,
        ...(choice?.finish_reason && { reason: choice.finish_reason }),
        ...(usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } }),
      };
    }
    return outcome;
  }),
};

const STOP_REASONS: ReadonlyMap<string, string> = new Map([
  ["end_turn", "stop"],
  ["max_tokens", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);

function openai(worker: RunningWorker): OpenAI {
  return new OpenAI({ baseURL: new URL("v1", worker.url).href, apiKey: TOKEN, maxRetries: 0 });
}

/** Returns what an SDK raises as an outcome. */
function raising(talk: Talker): Talker {
  return async (worker, request) => {
    try {
      return await talk(worker, request);
    } catch (error) {
      if (error instanceof OpenAI.APIError) {
        return { error: { status: error.status, type: error.type, message: error.message } };
      }
      if (error instanceof Anthropic.APIError) {
        return { error: { status: error.status, type: error.type, message: error.message } };
      }
      throw error;
    }
  };
}
