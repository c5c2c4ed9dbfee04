/** Which API tokens of the account can read its logs, against the declared readers. */
import { z } from "zod";

import type { Stack } from "../../policy/stack/stack.ts";
import { readerTokenName, retentionWorkerName } from "../../policy/gateway/names.ts";
import { DAY_MS } from "../../policy/platform.ts";
import { ask, checkAnswer } from "../account/account.ts";
import type { Declared } from "./declared.ts";
import type { Finding } from "./finding.ts";

const networks = z.array(z.string()).nullish();

const tokenSchema = z.object({
  name: z.string(),
  status: z.string().nullish(),
  expires_on: z.iso.datetime({ offset: true }).nullish(),
  condition: z
    .object({ request_ip: z.object({ in: networks, not_in: networks }).nullish() })
    .nullish(),
  policies: z
    .array(
      z.object({
        effect: z.string(),
        permission_groups: z.array(z.object({ name: z.string().nullish() })),
        // Whole accounts, or what lies in one: `"*"`, or more names.
        resources: z.record(z.string(), z.unknown()),
      }),
    )
    .default([]),
});

type Token = Readonly<z.output<typeof tokenSchema>>;
type Reader = Stack["settings"]["readers"][number];

// Write includes reading. The dashboard calls it Edit, the API Write.
const READ_LOGS = ["AI Gateway Read", "AI Gateway Write", "AI Gateway Edit"];

export async function auditTokens(declared: Declared, now: Date): Promise<readonly Finding[]> {
  const { accountId, cloudflare, stacks } = declared;
  const list = Array.fromAsync(cloudflare.accounts.tokens.list({ account_id: accountId }));
  const raw = await ask("list the API tokens", "Account API Tokens Read", list);
  const tokens = raw.map((token) => checkAnswer("a token", tokenSchema, token));
  const readers = stacks.flatMap(({ settings }) =>
    settings.readers.map((reader) => ({ reader, gatewayId: settings.gatewayId })),
  );
  const findings = tokens
    .filter((token) => canReadLogs(token, accountId) && isInForce(token, now))
    .map((token): Finding => {
      const maker = stacks.find(({ settings }) => retentionWorkerName(settings) === token.name);
      if (maker !== undefined) return madeBy(maker, token);
      const known = readers.find(({ reader, gatewayId }) => isOf(token, reader, gatewayId));
      return judge(token, known?.reader);
    });
  return [
    ...findings,
    {
      area: "tokens",
      kind: "unseen",
      where: "members' own tokens",
      what: "the list has the account's tokens alone; tokens that members made for themselves can read logs too",
    },
  ];
}

/** It deletes old logs, and its Worker alone has it. */
function madeBy({ name }: Stack, token: Token): Finding {
  const what = `made by stack ${name} for its retention Worker (${describeLimits(token)})`;
  return { area: "tokens", kind: "ok", where: token.name, what };
}

/** Named for the reader: its bare name, or as `infra/` would name a token of that gateway. */
function isOf({ name }: Token, reader: Reader, gatewayId: string): boolean {
  return [reader.name, readerTokenName(gatewayId, reader.name)].includes(name);
}

function judge(token: Token, reader: Reader | undefined): Finding {
  const about = { area: "tokens", where: token.name } as const;
  const limits = describeLimits(token);
  if (reader === undefined) {
    return {
      ...about,
      kind: "wrong",
      what: `can read every log of the account (${limits}), and no stack names it as a reader`,
      remedy: "delete it, take AI Gateway from it, or name its holder in readers",
    };
  }
  const excess = [...tooLong(token, reader), ...tooWide(token, reader)];
  if (excess.length === 0) return { ...about, kind: "ok", what: `a declared reader (${limits})` };
  return {
    ...about,
    kind: "wrong",
    what: `reaches further than its reader is declared: ${excess.join("; ")}`,
    remedy: "give the token the last day and the networks of the stack file",
  };
}

function describeLimits({ expires_on, condition }: Token): string {
  const from = condition?.request_ip?.in;
  return [
    expires_on ? `until ${expires_on}` : "never expires",
    from ? `from ${from.join(", ")}` : "from anywhere",
  ].join(", ");
}

function tooLong({ expires_on }: Token, { until }: Reader): readonly string[] {
  if (until === undefined) return [];
  if (!expires_on) return [`it never expires, and the reader's last day is ${until}`];
  // The whole last day is included.
  const end = Date.parse(until) + DAY_MS;
  return Date.parse(expires_on) <= end
    ? []
    : [`it is good until ${expires_on}, and the reader's last day is ${until}`];
}

function tooWide({ condition }: Token, { addresses }: Reader): readonly string[] {
  if (addresses === undefined) return [];
  const from = condition?.request_ip?.in;
  if (!from) return [`it works from anywhere, and the reader only from ${addresses.join(", ")}`];
  const more = from.filter((network) => !addresses.includes(network));
  return more.length === 0 ? [] : [`it works from ${more.join(", ")}, where the reader does not`];
}

function canReadLogs({ policies }: Token, accountId: string): boolean {
  const effects = policies
    .filter(({ resources }) => reaches(resources, accountId))
    .filter(({ permission_groups }) =>
      permission_groups.some(({ name }) => READ_LOGS.includes(name ?? "")),
    )
    .map(({ effect }) => effect);
  return effects.includes("allow");
}

/** What names other accounts only does not reach this one; anything that is not understood does. */
function reaches(resources: Readonly<Record<string, unknown>>, accountId: string): boolean {
  return Object.keys(resources).some((key) => {
    const [, id] = /^com\.cloudflare\.api\.account\.([0-9a-f]{32})$/.exec(key) ?? [];
    return id === undefined || id === accountId;
  });
}

function isInForce({ status, expires_on }: Token, now: Date): boolean {
  const hasEnded = expires_on ? Date.parse(expires_on) <= now.getTime() : false;
  return (status ?? "active") === "active" && !hasEnded;
}
