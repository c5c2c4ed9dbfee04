/** How providers refuse a request: each in its own form. */
import { z } from "zod";

import type { ModelReply } from "../model.ts";

/** A refusal, as the provider sends it. */
export class ModelRefusal extends Error {
  readonly reply: ModelReply;

  constructor(status: number, body: object) {
    super("the model refuses the request");
    this.reply = { status, body: JSON.stringify(body) };
  }
}

interface OpenAiFault {
  readonly param: string | null;
  readonly code?: string | null;
  readonly status?: number;
}

/** Makes an error of OpenAI's. https://platform.openai.com/docs/guides/error-codes */
export function openAiRefusal(message: string, fault: OpenAiFault): ModelRefusal {
  const { param, code = null, status = 400 } = fault;
  return new ModelRefusal(status, {
    error: { message, type: "invalid_request_error", param, code },
  });
}

/** Makes an error of Anthropic's. https://docs.claude.com/en/api/errors */
export function anthropicRefusal(message: string): ModelRefusal {
  const error = { type: "invalid_request_error", message };
  return new ModelRefusal(400, { type: "error", error, request_id: "req_local" });
}

/** Makes an error of Workers AI's. https://developers.cloudflare.com/workers-ai/platform/errors/ */
export function workersAiRefusal(code: number, message: string): ModelRefusal {
  return new ModelRefusal(400, {
    errors: [{ code, message }],
    success: false,
    result: {},
    messages: [],
  });
}

/** Reads a request of OpenAI's. Throws its refusal, of the first fault. */
export function readOpenAi<T>(schema: z.ZodType<T>, inputs: unknown): T {
  return read(schema, inputs, ({ path, isMissing, message }) => {
    // input[0].content, as OpenAI writes it
    const param = path.reduce<string>(
      (text, key) =>
        typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`,
      "",
    );
    if (isMissing) {
      const text = `Missing required parameter: '${param}'.`;
      return openAiRefusal(text, { param, code: "missing_required_parameter" });
    }
    const text = `Invalid value for '${param}': ${message}.`;
    return openAiRefusal(text, { param, code: "invalid_value" });
  });
}

/** Reads a request of Anthropic's. Throws its refusal, of the first fault. */
export function readAnthropic<T>(schema: z.ZodType<T>, inputs: unknown): T {
  return read(schema, inputs, ({ path, isMissing, message }) =>
    anthropicRefusal(`${path.join(".")}: ${isMissing ? "Field required" : message}`),
  );
}

interface Fault {
  readonly path: readonly (string | number)[];
  readonly isMissing: boolean;
  readonly message: string;
}

function read<T>(schema: z.ZodType<T>, inputs: unknown, refuse: (fault: Fault) => ModelRefusal): T {
  const parsed = schema.safeParse(inputs, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? key : String(key)));
  const isMissing = issue?.input === undefined;
  throw refuse({ path, isMissing, message: issue?.message ?? "invalid" });
}
