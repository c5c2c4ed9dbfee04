/** `/accounts/{account}/tokens`: a value is in the answer that made it, and nowhere else. */
import { statusOf } from "./access.ts";
import { ApiError, paged, readBody } from "./envelope.ts";
import { recordAt, removeAt, type ApiContext, type Route } from "./route.ts";
import {
  newId,
  newTokenValue,
  PERMISSION_GROUPS,
  sha256,
  tokenRequest,
  tokenStatus,
  type TokenRecord,
} from "./token-record.ts";

const TOKENS = "/accounts/:account/tokens";
const TOKEN = `${TOKENS}/:token`;
const READ = ["Account API Tokens Read", "Account API Tokens Write"] as const;
const WRITE = ["Account API Tokens Write"] as const;

export const TOKEN_ROUTES: readonly Route[] = [
  // Every token may look itself up.
  ["GET", `${TOKENS}/verify`, undefined, verifyToken],
  ["GET", "/user/tokens/verify", undefined, verifyToken],
  ["GET", `${TOKENS}/permission_groups`, READ, listPermissionGroups],
  ["GET", TOKENS, READ, (c) => paged(c, c.env.account.list("tokens").map(toWire))],
  ["POST", TOKENS, WRITE, createToken],
  ["GET", TOKEN, READ, (c) => toWire(recordAt(c, "tokens", "token"))],
  ["PUT", TOKEN, WRITE, replaceToken],
  ["PUT", `${TOKEN}/value`, WRITE, rollToken],
  ["DELETE", TOKEN, WRITE, (c) => ({ id: removeAt(c, "tokens", "token").id })],
];

function verifyToken({ var: { token } }: ApiContext): object {
  const { id, expires_on, not_before } = token;
  return { id, status: statusOf(token), expires_on, not_before };
}

function listPermissionGroups(c: ApiContext): object {
  const { name, scope } = c.req.query();
  return PERMISSION_GROUPS.filter(
    (group) =>
      (name === undefined || group.name === name) &&
      (scope === undefined || group.scopes.includes(scope)),
  );
}

async function createToken(c: ApiContext): Promise<object> {
  const request = await readBody(c, tokenRequest);
  const now = new Date().toISOString();
  const value = newTokenValue();
  const token: TokenRecord = {
    ...withKnownGroups(request),
    id: newId(),
    status: "active",
    issued_on: now,
    modified_on: now,
    hash: sha256(value),
    isDeclared: false,
  };
  return { ...keep(c, token), value };
}

async function replaceToken(c: ApiContext): Promise<object> {
  const { id, issued_on, hash, isDeclared, status: before } = recordAt(c, "tokens", "token");
  const change = await readBody(c, tokenRequest.extend({ status: tokenStatus.default(before) }));
  const modified_on = new Date().toISOString();
  return keep(c, { ...withKnownGroups(change), id, issued_on, modified_on, hash, isDeclared });
}

function rollToken(c: ApiContext): string {
  const value = newTokenValue();
  keep(c, {
    ...recordAt(c, "tokens", "token"),
    hash: sha256(value),
    modified_on: new Date().toISOString(),
  });
  return value;
}

function keep({ env }: ApiContext, token: TokenRecord): object {
  env.account.put("tokens", token.id, token);
  return toWire(token);
}

/** Adds the groups' names to their ids; throws where an id is not one of the account's. */
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
