/** API tokens of the account: `/accounts/{account}/tokens`. A value is in the answer that made it, and nowhere else. */
import { randomBytes } from "node:crypto";

import { statusOf } from "./access.ts";
import type { Allow, Api, ApiArgs } from "./api.ts";
import { notFound, paged, readBody, success, ApiError } from "./envelope.ts";
import {
  newTokenValue,
  PERMISSION_GROUPS,
  sha256,
  tokenRequest,
  tokenStatus,
  type TokenRecord,
} from "./token-record.ts";

const TOKENS = "/accounts/:account/tokens";

export function addTokens(api: Api, allow: Allow, { account }: ApiArgs): void {
  const read = allow("Account API Tokens Read", "Account API Tokens Write");
  const write = allow("Account API Tokens Write");

  const find = (id: string): TokenRecord => {
    const token = account.state.tokens[id];
    if (token === undefined) throw notFound();
    return token;
  };
  const keep = (token: TokenRecord): void =>
    account.update((state) => ({ ...state, tokens: { ...state.tokens, [token.id]: token } }));

  // A token may always ask about itself.
  for (const path of [`${TOKENS}/verify`, "/user/tokens/verify"]) {
    api.get(path, (c) => {
      const { id, expires_on, not_before, ...token } = c.get("token");
      const status = statusOf({ id, expires_on, not_before, ...token });
      return success(c, { id, status, expires_on, not_before });
    });
  }
  api.get(`${TOKENS}/permission_groups`, read, (c) => {
    const { name, scope } = c.req.query();
    const groups = PERMISSION_GROUPS.filter(
      (group) =>
        (name === undefined || group.name === name) &&
        (scope === undefined || group.scopes.includes(scope)),
    );
    return success(c, groups);
  });
  api.get(TOKENS, read, (c) => paged(c, Object.values(account.state.tokens).map(toWire)));
  api.post(TOKENS, write, async (c) => {
    const request = await readBody(c, tokenRequest);
    const now = new Date().toISOString();
    const value = newTokenValue();
    const token: TokenRecord = {
      ...withKnownGroups(request),
      id: randomBytes(16).toString("hex"),
      status: "active",
      issued_on: now,
      modified_on: now,
      hash: sha256(value),
      isDeclared: false,
    };
    keep(token);
    return success(c, { ...toWire(token), value });
  });
  api.get(`${TOKENS}/:token`, read, (c) => success(c, toWire(find(c.req.param("token")))));
  api.put(`${TOKENS}/:token`, write, async (c) => {
    const { id, issued_on, hash, isDeclared, status: before } = find(c.req.param("token"));
    const change = await readBody(c, tokenRequest.extend({ status: tokenStatus.default(before) }));
    const modified_on = new Date().toISOString();
    const token = { ...withKnownGroups(change), status: change.status, id, issued_on, hash };
    keep({ ...token, modified_on, isDeclared });
    return success(c, toWire(find(id)));
  });
  api.put(`${TOKENS}/:token/value`, write, (c) => {
    const value = newTokenValue();
    const modified_on = new Date().toISOString();
    keep({ ...find(c.req.param("token")), hash: sha256(value), modified_on });
    return success(c, value);
  });
  api.delete(`${TOKENS}/:token`, write, (c) => {
    const { id } = find(c.req.param("token"));
    account.update((state) => {
      const { [id]: gone, ...tokens } = state.tokens;
      return { ...state, tokens };
    });
    return success(c, { id });
  });
}

/** With the groups' names beside their ids; throws where an id is not one of the account's. */
function withKnownGroups<T extends Pick<TokenRecord, "policies">>(request: T): T {
  const policies = request.policies.map((policy) => ({
    ...policy,
    permission_groups: policy.permission_groups.map(({ id }) => {
      const group = PERMISSION_GROUPS.find((known) => known.id === id);
      if (group !== undefined) return { id, name: group.name };
      const message = `permission group ${JSON.stringify(id)} does not exist; look it up by name`;
      throw new ApiError(400, { code: 1001, message, path: ["policies"] });
    }),
  }));
  return { ...request, policies };
}

function toWire({ hash, isDeclared, ...token }: TokenRecord): object {
  return { ...token, status: statusOf({ hash, isDeclared, ...token }) };
}
