/** An account whose API answers as a test says, behind the official SDK: for what the embedded one would never do. */
import type Cloudflare from "cloudflare";

import type { Account } from "../../ops/account/account.ts";
import { Client } from "../../ops/account/client.ts";
import { stackWith } from "./settings.ts";

export interface ApiCall {
  readonly method: string;
  /** Below the account, such as `/ai-gateway/gateways/app/logs`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What the API answers: a result, or a status that refuses. */
export type Answer = { readonly result: unknown } | { readonly status: number };

/** A shipped stack with some settings written differently, in such an account. */
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

export const ACCOUNT_ID = "a".repeat(32);

export function scriptedApi(answer: (call: ApiCall) => Answer): Cloudflare {
  const answerCall = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname, searchParams } = new URL(url instanceof Request ? url.url : url);
    const path = pathname.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
    const said = answer({
      method: init?.method?.toUpperCase() ?? "GET",
      path,
      query: searchParams,
    });
    if ("result" in said)
      return Response.json({ success: true, errors: [], messages: [], ...said });
    const errors = [{ code: 10_000, message: "refused" }];
    return Response.json({ success: false, errors, result: null }, { status: said.status });
  };
  return new Client({ apiToken: "t".repeat(40), fetch: answerCall, maxRetries: 0 });
}
