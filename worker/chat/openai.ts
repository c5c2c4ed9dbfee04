/** OpenAI's chat protocol: what a request may say, and how answers and errors look. */
import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";

// Without a language zod/mini says no more than "Invalid input".
z.config(en());

// Only what is named here reaches a model. Anything else in the body is dropped, the gateway's options among it.
const chatRequest = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "developer", "user", "assistant", "tool"]),
        content: z.optional(
          z.nullable(z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])),
        ),
        name: z.optional(z.string()),
        tool_calls: z.optional(z.array(z.looseObject({ type: z.string() }))),
        tool_call_id: z.optional(z.string()),
      }),
    )
    .check(z.minLength(1)),
  temperature: z.optional(z.nullable(z.number().check(z.gte(0), z.lte(2)))),
  top_p: z.optional(z.nullable(z.number().check(z.gte(0), z.lte(1)))),
  max_tokens: z.optional(z.nullable(z.int().check(z.gte(1)))),
  max_completion_tokens: z.optional(z.nullable(z.int().check(z.gte(1)))),
  seed: z.optional(z.nullable(z.int())),
  stop: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))),
  frequency_penalty: z.optional(z.nullable(z.number().check(z.gte(-2), z.lte(2)))),
  presence_penalty: z.optional(z.nullable(z.number().check(z.gte(-2), z.lte(2)))),
  tools: z.optional(z.nullable(z.array(z.looseObject({ type: z.string() })))),
  tool_choice: z.optional(z.nullable(z.union([z.string(), z.looseObject({ type: z.string() })]))),
  response_format: z.optional(z.nullable(z.looseObject({ type: z.string() }))),
});

/** Fields that would change the answer and are not served: refused by name, unless they ask for the usual. */
const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  stream: (value) => value === false,
  n: (value) => value === 1,
  logprobs: (value) => value === false,
  functions: () => false,
  function_call: () => false,
  modalities: () => false,
  audio: () => false,
};

export interface Chat {
  readonly model: string;
  readonly inputs: object;
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 413 | 429 | 500 | 502 | 503 | 504;
  readonly type:
    | "invalid_request_error"
    | "authentication_error"
    | "permission_error"
    | "rate_limit_error"
    | "server_error";
  readonly code: string;
  readonly message: string;
  readonly param?: string;
}

/** One chat request out of a body, or why not. Absent and null mean the same, as in OpenAI's own clients. */
export function readChat(body: string, models: readonly string[]): Chat | Refusal {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return refuse("invalid_json", "body is not JSON");
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return refuse("invalid_json", "body is not a JSON object");
  }
  for (const [field, isUsual] of Object.entries(UNSUPPORTED)) {
    const value: unknown = Object.hasOwn(json, field) ? Reflect.get(json, field) : undefined;
    if (value !== undefined && value !== null && !isUsual(value)) {
      return refuse("unsupported_parameter", `${field} is not supported; leave it out`, field);
    }
  }
  const result = chatRequest.safeParse(json);
  if (!result.success) {
    const issues = result.error.issues.map(({ path, message }) => ({
      path: path.join("."),
      message,
    }));
    const text = issues.map(({ path, message }) => `${path}: ${lowerFirst(message)}`).join("; ");
    return refuse("invalid_value", text, issues[0]?.path);
  }

  const { model, max_tokens, max_completion_tokens, ...inputs } = result.data;
  if (!models.includes(model)) return unknownModel(model, models);
  // Workers AI knows the older name only.
  const limit = max_completion_tokens ?? max_tokens;
  const said = Object.entries({ ...inputs, max_tokens: limit }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return { model, inputs: Object.fromEntries(said) };
}

export function isRefusal(value: Chat | Refusal): value is Refusal {
  return "status" in value;
}

/** The error object that OpenAI's clients read. https://platform.openai.com/docs/guides/error-codes */
export function errorBody({ message, type, code, param }: Refusal): object {
  return { error: { message, type, param: param ?? null, code } };
}

export function modelList(models: readonly string[]): object {
  // The protocol wants a date, and nothing here knows one.
  const data = models.map((id) => ({
    id,
    object: "model",
    created: 0,
    owned_by: id.split("/")[1] ?? "",
  }));
  return { object: "list", data };
}

function unknownModel(model: string, models: readonly string[]): Refusal {
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
  return {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `model ${JSON.stringify(shown)} is not served here; served are ${models.join(", ")}`,
  };
}

function refuse(code: string, message: string, param?: string): Refusal {
  const refusal = { status: 400, type: "invalid_request_error", code, message } as const;
  return param === undefined ? refusal : { ...refusal, param };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
