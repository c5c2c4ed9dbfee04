/** Reads the API tokens of an account, but for those that members made for themselves. */
import { z } from "zod";

import { DAY_MS, PERMISSIONS } from "../../policy/platform.ts";
import { listAll, tryCheck, type Answer, type Connection } from "../account/account.ts";

const networks = z.array(z.string()).nullish();

const schema = z.object({
  name: z.string().default(""),
  status: z.string().nullish(),
  expires_on: z.iso.datetime({ offset: true }).nullish(),
  condition: z
    .object({ request_ip: z.object({ in: networks, not_in: networks }).nullish() })
    .nullish(),
  policies: z
    .array(
      z.object({
        effect: z.enum(["allow", "deny"]),
        permission_groups: z.array(z.object({ name: z.string().nullish() })),
        // The keys name whole accounts, or objects in one; the values are `"*"`, or more names.
        resources: z.record(z.string(), z.unknown()),
      }),
    )
    .default([]),
});

/** A token of the account, with its permissions and limits. */
export type Token = Readonly<z.output<typeof schema>>;

const NEEDED = PERMISSIONS.readTokens;
const DOCUMENTED = { what: "a token", schema };

export function listTokens({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.accounts.tokens.list({ account_id: accountId });
  return listAll(NEEDED, DOCUMENTED, list);
}

const OWN = { what: "a token", schema: z.object({ id: z.string().min(1) }) };

/** Finds the id of the token that makes the request. It is missing where it is no token of the account. */
export function identifyOwnToken({ accountId: account_id, cloudflare }: Connection) {
  const request = () => cloudflare.accounts.tokens.verify({ account_id });
  return tryCheck("a token of the account", OWN, request);
}

/** Reads the token that makes the request. It is missing where it is no token of the account. */
export async function readOwnToken(connection: Connection): Promise<Answer<Token>> {
  const { accountId: account_id, cloudflare } = connection;
  const own = await identifyOwnToken(connection);
  if (own.kind !== "answer") return own;
  const { id } = own.value;
  const request = () => cloudflare.accounts.tokens.get(id, { account_id });
  const read = await tryCheck(NEEDED, DOCUMENTED, request);
  const reason = "the account lists no such token";
  return read.kind === "missing" ? { kind: "unknown", reason } : read;
}

/** Lists the permissions that policies grant, each once, in alphabetical order. */
export function permissionsOf(policies: Token["policies"]): readonly string[] {
  const groups = policies
    .filter(({ effect }) => effect === "allow")
    .flatMap(({ permission_groups }) => permission_groups);
  return [...new Set(groups.map(({ name }) => name ?? ""))].toSorted();
}

/** Checks whether a token has one of some permissions for the account. */
export function mayDo(
  { policies }: Token,
  accountId: string,
  permissions: readonly string[],
): boolean {
  const here = policies.filter(({ resources }) => reaches(resources, accountId));
  return permissionsOf(here).some((name) => permissions.includes(name));
}

/** Checks whether a policy applies to the account. One that is not understood does. */
function reaches(resources: Readonly<Record<string, unknown>>, accountId: string): boolean {
  return Object.keys(resources).some((key) => {
    const [, id] = /^com\.cloudflare\.api\.account\.([0-9a-f]{32})$/.exec(key) ?? [];
    return id === undefined || id === accountId;
  });
}

/** Checks whether a token is accepted at that moment. */
export function isInForce({ status, expires_on }: Token, now: Date): boolean {
  const hasEnded = expires_on ? Date.parse(expires_on) <= now.getTime() : false;
  return (status ?? "active") === "active" && !hasEnded;
}

/** Lists the networks from which a token is accepted; undefined where every network is. */
export function networksOf({ condition }: Token): readonly string[] | undefined {
  return condition?.request_ip?.in ?? undefined;
}

/** Returns the end of a last day, in milliseconds. */
export function endOfDay(day: string): number {
  return Date.parse(day) + DAY_MS;
}
