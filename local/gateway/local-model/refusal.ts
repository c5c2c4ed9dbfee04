/** How providers refuse a request: each in its own form. */
import { z } from "zod";

import type { FormatName } from "../../../policy/settings/formats.ts";
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

/** Makes OpenAI's error of a value at `param` that is none of those that it takes. */
export function notSupported(
  value: string | undefined,
  supported: readonly string[],
  param: string,
): ModelRefusal {
  const names = supported.map((name) => `'${name}'`);
  const list =
    names.length > 2
      ? `${names.slice(0, -1).join(", ")}, and ${names.at(-1)}`
      : names.join(" and ");
  const message = `Invalid value: '${value}'. Supported values are: ${list}.`;
  return openAiRefusal(message, { param, code: "invalid_value" });
}

/** Makes an error of Anthropic's. https://docs.claude.com/en/api/errors */
export function anthropicRefusal(
  message: string,
  status = 400,
  type = "invalid_request_error",
): ModelRefusal {
  const error = { type, message };
  return new ModelRefusal(status, { type: "error", error, request_id: "req_local" });
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

/** Makes the refusal of a model that its provider does not know. */
export function refuseModel(name: string, format: FormatName): ModelRefusal {
  if (format === "workers-ai") return workersAiRefusal(5007, `No such model ${name} or task`);
  const model = name.slice(name.indexOf("/") + 1);
  if (format === "messages") return anthropicRefusal(`model: ${model}`, 404, "not_found_error");
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return openAiRefusal(message, { param: null, code: "model_not_found", status: 404 });
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
