/** The account, and its user, which tools look up first: a token of this account has none. */
import { paged, refuse } from "./envelope.ts";
import type { ApiContext, Route } from "./route.ts";

export const USER_ROUTES: readonly Route[] = [
  ["GET", "/accounts", undefined, (c) => paged(c, accountsOf(c))],
  // Nothing is billed here.
  ["GET", "/accounts/:account/subscriptions", ["Billing Read"], () => []],
  ["GET", "/user", undefined, () => refuse(403, 9109, "Unauthorized to access requested resource")],
  ["GET", "/memberships", undefined, () => refuse(403, 10_000, "Authentication error")],
];

function accountsOf({ env: { account } }: ApiContext): readonly object[] {
  const created_on = new Date(0).toISOString();
  const settings = { enforce_twofactor: false };
  return [{ id: account.id, name: "local", type: "standard", created_on, settings }];
}
