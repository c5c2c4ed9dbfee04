/** Connects to the account of a stack, or to the embedded one, through the official SDK. */
import type Cloudflare from "cloudflare";
import {
  APIConnectionError,
  APIError,
  AuthenticationError,
  BadRequestError,
  CloudflareError,
  NotFoundError,
  PermissionDeniedError,
} from "cloudflare/core/error";
import { z } from "zod";

import { quote } from "../../policy/looks-secret.ts";
import { inDashboard, type Permission } from "../../policy/platform.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { isAddress } from "../cli/arguments.ts";
import { CommandError } from "../cli/errors.ts";

/** An account, and the SDK with one of its tokens. */
export interface Connection {
  readonly accountId: string;
  readonly cloudflare: Cloudflare;
}

export interface Gateway extends Connection {
  readonly gatewayId: string;
}

export interface Account extends Gateway {
  readonly stack: Stack;
}

/** Connects to the account of a stack. Throws as `connect` does. */
export async function openAccount(stack: Stack): Promise<Account> {
  return { stack, gatewayId: stack.settings.gatewayId, ...(await connect(stack.accountId)) };
}

/**
 * Connects to an account. It is CLOUDFLARE_ACCOUNT_ID's where the stack file names none; the token
 * is CLOUDFLARE_API_TOKEN, and CLOUDFLARE_BASE_URL points at another Cloudflare (`npm start --
 * --api`). Throws a CommandError that names everything that is missing.
 */
export async function connect(
  ofStack: string | undefined,
  environment = process.env,
): Promise<Connection> {
  const accountId = ofStack ?? environment["CLOUDFLARE_ACCOUNT_ID"];
  const apiToken = readToken("CLOUDFLARE_API_TOKEN", environment);
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
      `CLOUDFLARE_ACCOUNT_ID is ${quote(accountId)}; allowed is an account's id, 32 hexadecimal characters`,
    );
  }
  // An empty variable counts as absent.
  const baseURL = environment["CLOUDFLARE_BASE_URL"] || undefined;
  if (baseURL !== undefined && !isAddress(URL.parse(baseURL))) {
    throw new CommandError(
      `CLOUDFLARE_BASE_URL is ${quote(baseURL)}; allowed is an address such as https://api.cloudflare.com/client/v4`,
    );
  }
  // Not imported above: the SDK is large, and neither --help nor invalid arguments need it.
  const { Client } = await import("./client.ts");
  const cloudflare = new Client({ apiToken, ...(baseURL !== undefined && { baseURL }) });
  return { accountId, cloudflare };
}

/**
 * Reads a token from the environment; undefined where it is absent or empty. Throws a CommandError
 * where it can stand in no header: the error of a request would repeat it.
 */
export function readToken(name: string, environment = process.env): string | undefined {
  const token = environment[name];
  if (!token) return undefined;
  if (/^[\x21-\x7E]+$/.test(token)) return token;
  throw new CommandError(
    `${name} has a line break, a space or another character that no token has; remove it`,
  );
}

/** The result of a request: a value, that there is no such thing, or why it is not known. */
export type Answer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "missing" }
  | {
      readonly kind: "unknown";
      readonly reason: string;
      /** Whether the API refused the token, and not merely failed to answer. */
      readonly isRefused?: boolean;
    };

/** Why a request has no value. */
export type NoAnswer = Exclude<Answer<unknown>, { readonly kind: "answer" }>;

/** Converts the value of an answer where there is one. */
export function mapAnswer<T, U>(answer: Answer<T>, convert: (value: T) => U): Answer<U> {
  return answer.kind === "answer" ? { kind: "answer", value: convert(answer.value) } : answer;
}

/** Finds an item of a list; it is missing where the list has none such. */
export function findAnswer<T>(
  answer: Answer<readonly T[]>,
  isWanted: (item: T) => boolean,
): Answer<T> {
  if (answer.kind !== "answer") return answer;
  const value = answer.value.find(isWanted);
  return value === undefined ? { kind: "missing" } : { kind: "answer", value };
}

/** What a request needs: a permission, or a token that the account itself has made. */
type Needed = Permission | "a token of the account";

/** Makes a request. What the token may not read, or the API does not answer, is unknown. */
export async function tryRequest<T>(needed: Needed, request: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { kind: "answer", value: await request() };
  } catch (error) {
    if (error instanceof NotFoundError) return { kind: "missing" };
    return { kind: "unknown", reason: explain(error, needed), ...(isRefusal(error) && REFUSED) };
  }
}

const REFUSED = { isRefused: true } as const;

function isRefusal(error: unknown): boolean {
  return isNotAccepted(error) || error instanceof PermissionDeniedError;
}

/** Checks whether the API takes the token for none; one of a wrong form gets status 400. */
function isNotAccepted(error: unknown): boolean {
  if (error instanceof AuthenticationError) return true;
  if (!(error instanceof BadRequestError)) return false;
  return error.errors.some(({ code }) => code === INVALID_HEADERS);
}

// https://developers.cloudflare.com/fundamentals/api/troubleshooting/
const INVALID_HEADERS = 6003;

/** Takes the value out of an answer. Throws a CommandError where there is none: `cannot …`. */
export function need<T>(what: string, answer: Answer<T>): T {
  if (answer.kind === "answer") return answer.value;
  const reason =
    answer.kind === "missing"
      ? "it does not exist; is the id right, and is the stack deployed?"
      : answer.reason;
  throw new CommandError(`cannot ${what}: ${reason}`);
}

/** A documented shape of the API; `what` names one of its kind, such as `a token`. */
interface Documented<T extends z.ZodType> {
  readonly what: string;
  readonly schema: T;
}

/** A list of the SDK, whose pages it requests one after the other. */
export type Pages = Promise<{
  iterPages(): AsyncIterable<{ getPaginatedItems(): readonly unknown[] }>;
}>;

/** Reads every page of a list. The answer is unknown where the API ignores the page: it never ends. */
export function listAll<T extends z.ZodType>(
  needed: Needed,
  { what, schema }: Documented<T>,
  list: () => Pages,
): Promise<Answer<readonly z.output<T>[]>> {
  return tryRequest(needed, async () => {
    const all = new Map<string, z.output<T>>();
    for await (const page of (await list()).iterPages()) {
      const items = checkAnswer("a list", anyList, page.getPaginatedItems());
      const known = all.size;
      for (const item of items) all.set(JSON.stringify(item), checkAnswer(what, schema, item));
      // An item that moved on while the list was read stands on two pages, a whole page does not.
      if (items.length > 0 && all.size === known) throw new CommandError(repeated(what));
    }
    return [...all.values()];
  });
}

const anyList = z.array(z.unknown());

/** Describes a list without end; `what` names one of its kind, such as `a token`. */
export function repeated(what: string): string {
  return `the API does not heed which page of a list is requested: a page had nothing but what was listed before, each ${what}, so that not all can be found`;
}

/** Makes a request, and checks its response against a schema. */
export function tryCheck<T extends z.ZodType>(
  needed: Needed,
  { what, schema }: Documented<T>,
  request: () => Promise<unknown>,
): Promise<Answer<z.output<T>>> {
  return tryRequest(needed, async () => checkAnswer(what, schema, await request()));
}

/** Checks a part of a response. Throws a CommandError with the fields that differ. */
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

/** Explains why a request failed, for a message. Throws what is no failure of a request. */
export function explain(error: unknown, needed: Needed): string {
  // `checkAnswer` refused the response.
  if (error instanceof CommandError) return error.message;
  if (isNotAccepted(error)) {
    return "CLOUDFLARE_API_TOKEN is not accepted: it is wrong, or has ended, or is not of this account";
  }
  if (error instanceof PermissionDeniedError) return describeDenial(error, needed);
  if (error instanceof APIConnectionError) {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    return `no answer (${reason}); is CLOUDFLARE_BASE_URL right?`;
  }
  if (error instanceof APIError) {
    // Errors of GraphQL have no code.
    const messages = error.errors.map(({ code, message }) =>
      [code ?? [], message].flat().join(" "),
    );
    return messages.join("; ") || `status ${error.status}`;
  }
  // The SDK refuses an id before it makes a request with it: one of dots, or of half a character.
  if (error instanceof CloudflareError || error instanceof URIError) {
    return "its id cannot stand in the address of a request";
  }
  throw error;
}

// The code of a token that is not accepted from this address.
const WRONG_PLACE = 9109;

function describeDenial({ errors }: PermissionDeniedError, needed: Needed): string {
  const misplaced = errors.find(({ code }) => code === WRONG_PLACE);
  if (misplaced !== undefined) return `CLOUDFLARE_API_TOKEN is refused: ${misplaced.message}`;
  if (needed === "a token of the account") return `CLOUDFLARE_API_TOKEN is not ${needed}`;
  return `CLOUDFLARE_API_TOKEN lacks ${inDashboard(needed)} for this account`;
}
