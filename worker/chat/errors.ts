/** Refusals, as OpenAI's clients read them. https://platform.openai.com/docs/guides/error-codes */
import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";

// Without a language zod/mini says no more than "Invalid input".
z.config(en());

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

/** Ends a request. The message may be shown to the caller. */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: Refusal, headers: RefusalError["headers"] = {}) {
    super(refusal.message);
    this.refusal = refusal;
    this.headers = headers;
  }
}

/** `ids` find the request in logs and traces; OpenAI's clients ignore them. */
export function errorBody(refusal: Refusal, ids: object = {}): object {
  const { message, type, code, param } = refusal;
  return { error: { message, type, param: param ?? null, code, ...ids } };
}

/** Fields that would change an answer and are not served, each with the values that ask for nothing. */
export type Unsupported = Readonly<Record<string, readonly unknown[]>>;

/**
 * One request out of a body. Throws a RefusalError that names every field that is wrong. Absent and null mean the same,
 * as in OpenAI's own clients; what the schema does not name is dropped.
 */
export function readRequest<Schema extends z.ZodMiniType>(
  body: string,
  schema: Schema,
  unsupported: Unsupported = {},
): z.output<Schema> {
  const json = parseObject(body);
  for (const [field, usual] of Object.entries(unsupported)) {
    const value: unknown = Object.hasOwn(json, field) ? Reflect.get(json, field) : undefined;
    if (value !== undefined && value !== null && !usual.includes(value)) {
      throw badRequest("unsupported_parameter", `${field} is not supported; leave it out`, field);
    }
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
  const text = issues.map(({ path, message }) => `${path}: ${lowerFirst(message)}`).join("; ");
  throw badRequest("invalid_value", text, issues[0]?.path);
}

/** Throws a RefusalError for a model that the stack does not serve. */
export function requireModel(model: string, models: readonly string[]): void {
  if (models.includes(model)) return;
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
  throw new RefusalError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `model ${JSON.stringify(shown)} is not served here; served are ${models.join(", ")}`,
  });
}

export function badRequest(code: string, message: string, param?: string): RefusalError {
  const refusal = { status: 400, type: "invalid_request_error", code, message } as const;
  return new RefusalError(param === undefined ? refusal : { ...refusal, param });
}

function parseObject(body: string): object {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw badRequest("invalid_json", "body is not JSON");
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw badRequest("invalid_json", "body is not a JSON object");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
