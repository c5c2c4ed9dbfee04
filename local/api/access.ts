/** Who may do what: every call over HTTP brings a token, and the token's policies decide. */
import { BlockList, isIP } from "node:net";

import { ApiError } from "./envelope.ts";
import type { AccountState } from "./state.ts";
import {
  allPowerful,
  PERMISSION_GROUPS,
  SCOPE,
  sha256,
  type Permission,
  type TokenRecord,
} from "./token-record.ts";

export class Access {
  readonly #account: AccountState;
  readonly #localKey: TokenRecord;

  constructor(account: AccountState, key: string) {
    this.#account = account;
    this.#localKey = allPowerful(account.id, key);
  }

  /** Returns the token of a header, whatever its status; throws where there is none. */
  identify(authorization: string | undefined): TokenRecord {
    const [, value] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    const hash = value === undefined ? undefined : sha256(value);
    const tokens = [this.#localKey, ...this.#account.list("tokens")];
    const token = tokens.find((known) => known.hash === hash);
    if (token === undefined) throw unauthenticated();
    return token;
  }

  /** Throws unless the token is in force, and has one of the permissions for the account. */
  require(
    token: TokenRecord,
    permissions: readonly Permission[],
    { accountId, address }: { readonly accountId: string; readonly address: string },
  ): void {
    if (statusOf(token) !== "active") throw unauthenticated();
    if (!isAllowedFrom(token, address)) {
      const message = `Cannot use the access token from location: ${address}`;
      throw new ApiError(403, { code: 9109, message });
    }
    this.requireOwn(accountId);
    if (permissions.some((permission) => hasPermission(token, permission, accountId))) return;
    throw unauthenticated(403);
  }

  /** Throws where a path names an account, and it is another one. */
  requireOwn(accountId: string | undefined): void {
    if (accountId !== undefined && accountId !== this.#account.id) throw unauthenticated(403);
  }

  /** Returns whether a call beside the Worker may run through an authenticated gateway. */
  mayRun(authorization: string | undefined, address: string): boolean {
    try {
      const place = { accountId: this.#account.id, address };
      this.require(this.identify(authorization), ["AI Gateway Run"], place);
      return true;
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }
}

export function statusOf(token: TokenRecord): "active" | "disabled" | "expired" {
  const now = Date.now();
  if (token.expires_on !== undefined && Date.parse(token.expires_on) <= now) return "expired";
  if (token.not_before !== undefined && Date.parse(token.not_before) > now) return "disabled";
  return token.status;
}

function unauthenticated(status: 401 | 403 = 401): ApiError {
  return new ApiError(status, { code: 10_000, message: "Authentication error" });
}

/** Returns whether a token has a permission; a policy that denies wins over one that allows. */
function hasPermission(token: TokenRecord, permission: Permission, accountId: string): boolean {
  const id = PERMISSION_GROUPS.find(({ name }) => name === permission)?.id;
  const effects = token.policies
    .filter(({ permission_groups }) => permission_groups.some((group) => group.id === id))
    .filter(({ resources }) =>
      [`${SCOPE}.${accountId}`, `${SCOPE}.*`].some((key) => resources[key] === "*"),
    )
    .map(({ effect }) => effect);
  return effects.includes("allow") && !effects.includes("deny");
}

function isAllowedFrom({ condition }: TokenRecord, address: string): boolean {
  const { in: only, not_in: never } = condition?.request_ip ?? {};
  return (only === undefined || isWithin(only, address)) && !isWithin(never ?? [], address);
}

function isWithin(networks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [base = "", bits] = network.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(bits), family);
  }
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
