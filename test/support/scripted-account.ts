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
}

/** A response: a result, or the status of a refusal. */
export type Answer = { readonly result: unknown } | { readonly status: number };

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
  const fetch = fetchFrom(({ request }) => {
    const { pathname, searchParams: query } = new URL(request.url);
    const path = pathname.replace(`/client/v4/accounts/${ACCOUNT_ID}`, "");
    const answered = answer({ method: request.method, path, query });
    return "result" in answered ? success(answered) : refusal(answered.status);
  });
  return new Client({ apiToken: "t".repeat(40), fetch, maxRetries: 0 });
}
