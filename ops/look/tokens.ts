/**
 * Reads the API tokens of an account. No list contains the tokens that members made for themselves.
 */
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

/** Lists every token of the account. */
export function listTokens({ accountId, cloudflare }: Connection) {
  const list = () => cloudflare.accounts.tokens.list({ account_id: accountId });
  return listAll(NEEDED, DOCUMENTED, list);
}

const OWN = { what: "a token", schema: z.object({ id: z.string().min(1) }) };

/** Reads the token that makes the request. It is missing where it is no token of the account. */
export async function readOwnToken({ accountId, cloudflare }: Connection): Promise<Answer<Token>> {
  const { tokens } = cloudflare.accounts;
  const account = { account_id: accountId };
  const own = await tryCheck("to be a token of the account", OWN, () => tokens.verify(account));
  if (own.kind !== "answer") return own;
  const { id } = own.value;
  const read = await tryCheck(NEEDED, DOCUMENTED, () => tokens.get(id, account));
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

/** Lists the networks from which a token is accepted; undefined where every network is. */
export function networksOf({ condition }: Token): readonly string[] | undefined {
  return condition?.request_ip?.in ?? undefined;
}

/** Returns the end of a last day, in milliseconds. */
export function endOfDay(day: string): number {
  return Date.parse(day) + DAY_MS;
}
