/** A stack's own account, through the official SDK: Cloudflare's, or the embedded one where the environment says so. */
import type Cloudflare from "cloudflare";
import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  NotFoundError,
  PermissionDeniedError,
} from "cloudflare/core/error";
import type { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { CommandError } from "../cli/define-command.ts";
import { readStack } from "../cli/stacks.ts";

/** One account, through its token. */
export interface Connection {
  readonly accountId: string;
  readonly cloudflare: Cloudflare;
}

export interface Account extends Connection {
  readonly stack: Stack;
}

/** A stack file that can be deployed, and its account. Throws as `connect` does. */
export async function openAccount(
  stackName: string | undefined,
  environment = process.env,
): Promise<Account> {
  const stack = readStack(stackName, process.cwd());
  return { stack, ...(await connect(stack.accountId, environment)) };
}

/**
 * The account of a stack, or of CLOUDFLARE_ACCOUNT_ID where its file says none. The token is CLOUDFLARE_API_TOKEN;
 * CLOUDFLARE_BASE_URL points at another Cloudflare (`npm start -- --api`). Throws a CommandError that names everything
 * that is missing.
 */
export async function connect(
  ofStack: string | undefined,
  environment = process.env,
): Promise<Connection> {
  const accountId = ofStack ?? environment["CLOUDFLARE_ACCOUNT_ID"];
  const apiToken = environment["CLOUDFLARE_API_TOKEN"];
  if (!accountId || !apiToken) {
    const missing = [
      ...(accountId ? [] : ["CLOUDFLARE_ACCOUNT_ID (or ai-gateway:accountId in the stack file)"]),
      ...(apiToken ? [] : ["CLOUDFLARE_API_TOKEN"]),
    ];
    throw new CommandError(
      `the environment lacks ${missing.join(" and ")}; for the embedded Cloudflare, npm start -- --api prints them`,
    );
  }
  if (!/^[0-9a-f]{32}$/.test(accountId)) {
    throw new CommandError(
      `CLOUDFLARE_ACCOUNT_ID is ${JSON.stringify(accountId)}; allowed is an account's id, 32 hexadecimal characters`,
    );
  }
  // An empty variable is none.
  const baseURL = environment["CLOUDFLARE_BASE_URL"] || undefined;
  if (baseURL !== undefined && !/^https?:$/.test(URL.parse(baseURL)?.protocol ?? "")) {
    throw new CommandError(
      `CLOUDFLARE_BASE_URL is ${JSON.stringify(baseURL)}; allowed is an address such as https://api.cloudflare.com/client/v4`,
    );
  }
  // Not above: the SDK is large, and wrong words and --help have no use for it.
  const { Client } = await import("./client.ts");
  const cloudflare = new Client({ apiToken, ...(baseURL !== undefined && { baseURL }) });
  return { accountId, cloudflare };
}

/**
 * The answer to one question, or a CommandError that says which permission it needs. `what` completes "cannot …": `list
 * the logs of app-dev`.
 */
export async function ask<T>(what: string, permission: string, question: Promise<T>): Promise<T> {
  const answer = await tryAsk(permission, question);
  if (answer.kind === "answer") return answer.value;
  const reason =
    answer.kind === "missing"
      ? "it does not exist; is the id right, and is the stack deployed?"
      : answer.reason;
  throw new CommandError(`cannot ${what}: ${reason}`);
}

export type Answer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "missing" }
  | { readonly kind: "unknown"; readonly reason: string };

/** The same where one answer more or less does not end the command. */
export async function tryAsk<T>(permission: string, question: Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: "answer", value: await question };
  } catch (error) {
    if (error instanceof NotFoundError) return { kind: "missing" };
    return { kind: "unknown", reason: explain(error, permission) };
  }
}

/** A part of an answer, or a CommandError that names the fields that are not as documented. */
export function checkAnswer<T extends z.ZodType>(
  what: string,
  schema: T,
  raw: unknown,
): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const paths = [...new Set(result.error.issues.map(({ path }) => path.join(".")))];
  const where = paths.includes("") ? "that" : `whose ${paths.join(", ")}`;
  const are = paths.length === 1 ? "is" : "are";
  throw new CommandError(`the API answered with ${what} ${where} ${are} not as documented`);
}

function explain(error: unknown, permission: string): string {
  // Of an answer that `checkAnswer` did not take.
  if (error instanceof CommandError) return error.message;
  const isRefused = error instanceof AuthenticationError || error instanceof PermissionDeniedError;
  if (isRefused) {
    return `CLOUDFLARE_API_TOKEN is not accepted; it needs ${permission} for this account`;
  }
  if (error instanceof APIConnectionError) {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    return `no answer (${reason}); is CLOUDFLARE_BASE_URL right?`;
  }
  if (error instanceof APIError) {
    const messages = error.errors.map(({ code, message }) => `${code} ${message}`);
    return messages.join("; ") || `status ${error.status}`;
  }
  throw error;
}
