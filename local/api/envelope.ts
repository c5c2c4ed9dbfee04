/** The form of every answer of Cloudflare's API. */
import type { Context } from "hono";
import { z } from "zod";

/** The path where the API begins, as under https://api.cloudflare.com. */
export const API_PATH = "/client/v4";

interface ApiProblem {
  readonly code: number;
  readonly message: string;
  readonly path?: readonly PropertyKey[];
}

export class ApiError extends Error {
  readonly status: ErrorStatus;
  readonly problems: readonly ApiProblem[];

  constructor(status: ErrorStatus, ...problems: readonly ApiProblem[]) {
    super(problems.map(({ message }) => message).join("; "));
    this.status = status;
    this.problems = problems;
  }
}

type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 500 | 501;

/** Answers with a result; `more` stands beside it in the envelope. */
export function success(c: Context, result: unknown, more: object = {}): Response {
  return c.json({ success: true, errors: [], messages: [], result, ...more });
}

export function failure(c: Context, { status, problems }: ApiError): Response {
  // Cloudflare's SDKs and its provider would try a conflict again for minutes.
  if (status === 409) c.header("x-should-retry", "false");
  return c.json({ success: false, errors: problems, messages: [], result: null }, status);
}

export function refuse(status: ErrorStatus, code: number, message: string): never {
  throw new ApiError(status, { code, message });
}

export function refuseUnknown(): never {
  return refuse(404, 7002, "Not Found");
}

/** Makes the error for what the local account does not do; `what` names it. */
export function notImitated(what: string): ApiError {
  return new ApiError(501, { code: 501, message: `the local Cloudflare does not imitate ${what}` });
}

/** Returns data that matches a schema; throws an ApiError with every problem and its path. */
export function check<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({ code: 7001, message, path }));
  throw new ApiError(400, ...problems);
}

/** Returns a body that matches a schema; throws an ApiError as `check` does. */
export async function readBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  const body: unknown = await c.req.json().catch(() => {
    refuse(400, 7001, "the body is not JSON");
  });
  return check(schema, body);
}

export const paging = z.object({
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(50).default(20),
});

/** Answers with one page of a short list. */
export function paged(c: Context, items: readonly unknown[]): Response {
  const { page, per_page } = check(paging, c.req.query());
  const result = items.slice((page - 1) * per_page, page * per_page);
  const info = { page, per_page, count: result.length, total_count: items.length };
  return success(c, result, { result_info: info });
}
