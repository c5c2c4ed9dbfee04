import { readerTokenName, retentionWorkerName } from "../../policy/gateway/names.ts";
import { inDashboard, PERMISSIONS } from "../../policy/platform.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { need } from "../account/account.ts";
import { finding, problemsIf, type Finding } from "../look/finding.ts";
import { endOfDay, isInForce, listTokens, mayDo, networksOf, type Token } from "../look/tokens.ts";
import type { Declared } from "./declared.ts";

type Reader = Settings["readers"][number];

// Write includes reading, and may be listed under its name in the dashboard.
const { readGateways, writeGateways } = PERMISSIONS;
const READ_LOGS: readonly string[] = [readGateways, writeGateways, inDashboard(writeGateways)];

/** Finds tokens that can read logs without a declared reader, or beyond its limits. */
export async function auditTokens(declared: Declared, now: Date): Promise<readonly Finding[]> {
  const tokens = need("list the API tokens", await listTokens(declared));
  const inForce = tokens.filter(
    (token) => mayDo(token, declared.accountId, READ_LOGS) && isInForce(token, now),
  );
  return [
    ...inForce.map((token) => auditToken(token, declared)),
    finding(
      "unknown",
      "members' own tokens",
      "the list has the account's tokens alone; tokens that members made for themselves can read logs too",
    ),
  ];
}

function auditToken(token: Token, { stacks }: Declared): Finding {
  const limits = describeLimits(token);
  const maker = stacks.find(({ settings }) => retentionWorkerName(settings) === token.name);
  if (maker !== undefined) {
    // It deletes old logs, and no one but its Worker has it.
    const message = `made by stack ${maker.name} for its retention Worker (${limits})`;
    return finding("kept", token.name, message);
  }
  const reader = stacks.map(({ settings }) => readerOf(token, settings)).find(Boolean);
  if (reader === undefined) {
    const message = `can read every log of the account (${limits}), and no stack names it as a reader`;
    const remedy = "delete it, take AI Gateway from it, or name its holder in readers";
    return { ...finding("broken", token.name, message), remedy };
  }
  const excess = [...tooLong(token, reader), ...tooWide(token, reader)];
  if (excess.length === 0) return finding("kept", token.name, `a declared reader (${limits})`);
  const message = `reaches further than its reader is declared: ${excess.join("; ")}`;
  const remedy = "give the token the last day and the networks of the stack file";
  return { ...finding("broken", token.name, message), remedy };
}

/** Finds the reader whom a token names, by the bare name or as `infra/` names it. */
function readerOf({ name }: Token, { gatewayId, readers }: Settings): Reader | undefined {
  return readers.find((reader) =>
    [reader.name, readerTokenName(gatewayId, reader.name)].includes(name),
  );
}

function describeLimits(token: Token): string {
  const { expires_on } = token;
  const from = networksOf(token);
  return [
    expires_on ? `until ${expires_on}` : "never expires",
    from ? `from ${from.join(", ")}` : "from anywhere",
  ].join(", ");
}

function tooLong({ expires_on }: Token, { until }: Reader): readonly string[] {
  if (until === undefined) return [];
  if (!expires_on) return [`it never expires, and the reader's last day is ${until}`];
  const isLater = Date.parse(expires_on) > endOfDay(until);
  return problemsIf([
    isLater,
    `it is good until ${expires_on}, and the reader's last day is ${until}`,
  ]);
}

function tooWide(token: Token, { addresses }: Reader): readonly string[] {
  if (addresses === undefined) return [];
  const from = networksOf(token);
  if (!from) return [`it works from anywhere, and the reader only from ${addresses.join(", ")}`];
  const more = from.filter((network) => !addresses.includes(network));
  return problemsIf([
    more.length > 0,
    `it works from ${more.join(", ")}, where the reader does not`,
  ]);
}
