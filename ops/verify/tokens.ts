/** Tokens: those of the named readers, and the one that this command uses. */
import { z } from "zod";

import { readerTokenName } from "../../policy/gateway/names.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { count } from "../../policy/words.ts";
import { checkAnswer, tryAsk, type Account } from "../account/account.ts";
import { finding, verdict, withoutAnswer, type Finding } from "./finding.ts";

const PERMISSION = "Account API Tokens Read";

/** What a look at the account's promises takes, and no more. */
const NEEDED = ["AI Gateway Read", "Workers Scripts Read", PERMISSION];

const token = z.object({
  name: z.string().default(""),
  status: z.string().optional(),
  expires_on: z.string().nullish(),
  policies: z
    .array(
      z.object({
        effect: z.enum(["allow", "deny"]),
        permission_groups: z.array(z.object({ name: z.string().default("") })),
      }),
    )
    .default([]),
  condition: z
    .object({ request_ip: z.object({ in: z.array(z.string()).optional() }).optional() })
    .nullish(),
});

export type Token = z.output<typeof token>;

type Reader = Settings["readers"][number];

export async function checkReaders({ stack, accountId, cloudflare }: Account) {
  const about = "readers";
  const list = cloudflare.accounts.tokens.list({ account_id: accountId });
  const answer = await tryAsk(PERMISSION, Array.fromAsync(list, checkToken));
  if (answer.kind !== "answer") return withoutAnswer(about, answer, "check the account's id");
  const problems = judgeReaders(stack.settings, answer.value);
  const holders = stack.settings.readers.filter((reader) => reader.token);
  const kept =
    holders.length === 0
      ? "none is to have a token, and none has"
      : `${count(holders.length, "token")} with the limits declared`;
  return verdict(about, problems, kept);
}

export function judgeReaders(
  { gatewayId, readers }: Pick<Settings, "gatewayId" | "readers">,
  tokens: readonly Token[],
): readonly string[] {
  const prefix = readerTokenName(gatewayId, "");
  const holders = readers.filter((reader) => reader.token);
  const named = new Set(holders.map(({ name }) => readerTokenName(gatewayId, name)));
  const missing = holders.flatMap((reader) => {
    const name = readerTokenName(gatewayId, reader.name);
    const own = tokens.filter((each) => each.name === name);
    if (own.length === 0) return [`${reader.name} has no token; run pulumi up`];
    return own.flatMap((each) =>
      judgeReader(reader, each).map((problem) => `token "${name}" ${problem}`),
    );
  });
  const undeclared = tokens
    .filter(({ name }) => name.startsWith(prefix) && !named.has(name))
    .map(
      ({ name }) => `token "${name}" belongs to no reader with a token; delete it, or declare it`,
    );
  return [...missing, ...undeclared];
}

function judgeReader(reader: Reader, { policies, expires_on, condition }: Token): string[] {
  const groups = allowed(policies);
  const addresses = condition?.request_ip?.in ?? [];
  return [
    ...(groups.join() === "AI Gateway Read"
      ? []
      : [
          `may do ${groups.join(", ") || "nothing"}; a reader has AI Gateway Read and nothing else`,
        ]),
    ...(endsWith(reader.until, expires_on)
      ? []
      : [`ends ${expires_on ?? "never"}; declared is ${reader.until ?? "no last day"}`]),
    ...(sameItems(addresses, reader.addresses ?? [])
      ? []
      : [
          `is taken from ${addresses.join(" ") || "everywhere"}; declared is ${reader.addresses?.join(" ") ?? "everywhere"}`,
        ]),
  ];
}

/** The last day is a whole one: the token may end within it, or with the next one's first moment. */
function endsWith(until: string | undefined, expiresOn: string | null | undefined): boolean {
  if (until === undefined || !expiresOn) return until === undefined && !expiresOn;
  const start = Date.parse(`${until}T00:00:00Z`);
  const end = Date.parse(expiresOn);
  return end > start && end <= start + DAY_MS;
}

export async function checkOwnToken({
  accountId,
  cloudflare,
}: Account): Promise<readonly Finding[]> {
  const about = "CLOUDFLARE_API_TOKEN";
  const account = { account_id: accountId };
  const own = await tryAsk(
    "to be a token of the account",
    cloudflare.accounts.tokens.verify(account),
  );
  if (own.kind !== "answer") return withoutAnswer(about, own, "make a token");
  const question = cloudflare.accounts.tokens.get(own.value.id, account).then(checkToken);
  const read = await tryAsk(PERMISSION, question);
  if (read.kind !== "answer") {
    const reason = read.kind === "unknown" ? read.reason : "the account lists no such token";
    return [finding("unknown", about, `not looked at, because ${reason}`)];
  }
  return [judgeOwnToken(read.value)];
}

/** A token that may do more breaks no promise; it is one more that can be lost. */
export function judgeOwnToken({ policies }: Token): Finding {
  const about = "CLOUDFLARE_API_TOKEN";
  const more = allowed(policies).filter((name) => !NEEDED.includes(name));
  if (more.length === 0) return finding("kept", about, "may do no more than this command needs");
  return finding(
    "warning",
    about,
    `may also do ${more.join(", ")}; ${NEEDED.join(", ")} are enough for this command`,
  );
}

function checkToken(raw: unknown): Token {
  return checkAnswer("a token", token, raw);
}

function allowed(policies: Token["policies"]): readonly string[] {
  const names = policies
    .filter(({ effect }) => effect === "allow")
    .flatMap(({ permission_groups }) => permission_groups.map(({ name }) => name));
  return [...new Set(names)].toSorted();
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}
