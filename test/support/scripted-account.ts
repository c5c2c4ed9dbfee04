/**
 * Makes an account whose API responds as a test scripts it, behind the official SDK: for behaviour
 * that the embedded one never shows.
 */
import type Cloudflare from "cloudflare";

import type { Account } from "../../ops/account/account.ts";
import { Client } from "../../ops/account/client.ts";
import { fetchFrom, refusal, success } from "./scripted-api.ts";
import { stackWith } from "./settings.ts";

/** A request to the scripted API. */
export interface ApiCall {
  readonly method: string;
  /** The path below the account, such as `/ai-gateway/gateways/app/logs`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
}

/** A response: a result, data of GraphQL beside it, or the status of a refusal and its message. */
export type Answer =
  | { readonly result: unknown; readonly data?: unknown; readonly result_info?: object }
  | { readonly status: number; readonly errors?: readonly object[] };

/** Makes the account of one of the tests' stacks, with some settings changed. */
export function scriptedAccount(
  answer: (call: ApiCall) => Answer,
  ...stack: Parameters<typeof stackWith>
): Account {
  const declared = stackWith(...stack);
  return {
    stack: declared,
    accountId: ACCOUNT_ID,
    gatewayId: declared.settings.gatewayId,
    cloudflare: scriptedApi(answer),
  };
}

/** The id of the scripted account. */
export const ACCOUNT_ID = "a".repeat(32);

/** Makes an SDK whose requests a function answers. */
export function scriptedApi(answer: (call: ApiCall) => Answer): Cloudflare {
  const fetch = fetchFrom(async ({ request }) => {
    const { pathname, searchParams: query } = new URL(request.url);
    const path = pathname.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
    const text = await request.text();
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const answered = answer({ method: request.method, path, query, body });
    return "result" in answered ? success(answered) : refuse(answered);
  });
  return new Client({ apiToken: "t".repeat(40), fetch, maxRetries: 0 });
}

function refuse({ status, errors }: Extract<Answer, { readonly status: number }>): Response {
  if (errors === undefined) return refusal(status);
  return Response.json({ success: false, errors, result: null }, { status });
}
