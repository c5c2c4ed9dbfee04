/** Checks the tokens of the declared readers, and the one that this command uses. */
import { readerTokenName } from "../../policy/gateway/names.ts";
import { verifyPermissions } from "../../policy/gateway/permissions.ts";
import { inDashboard, PERMISSIONS } from "../../policy/platform.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { count } from "../../policy/words.ts";
import type { Account } from "../account/account.ts";
import {
  deployAgain,
  finding,
  problemsIf,
  verdict,
  withoutAnswer,
  type Finding,
} from "../look/finding.ts";
import { NEEDED as UNDECLARED } from "../look/undeclared/kinds.ts";
import {
  endOfDay,
  listTokens,
  networksOf,
  permissionsOf,
  readOwnToken,
  type Token,
} from "../look/tokens.ts";

const { readGateways } = PERMISSIONS;

/** The permissions beside those that verify needs: they read more of what no stack declares. */
const READING: readonly string[] = UNDECLARED.filter((name) => name.endsWith(" Read"));

type Reader = Settings["readers"][number];

const NO_ACCOUNT = "the account has no list of tokens; check its id";

export async function checkReaders(account: Account): Promise<readonly Finding[]> {
  const about = "readers";
  const { settings } = account.stack;
  const answer = await listTokens(account);
  if (answer.kind !== "answer") return withoutAnswer(about, answer, NO_ACCOUNT);
  const holders = settings.readers.filter((reader) => reader.token);
  const kept =
    holders.length === 0
      ? "none is to have a token, and none has"
      : `${count(holders.length, "token")} with the limits declared`;
  return verdict(about, judgeReaders(settings, answer.value, deployAgain(account.stack)), kept);
}

/** Describes what is wrong with readers' tokens, and which of them no reader has. */
export function judgeReaders(
  { gatewayId, readers }: Pick<Settings, "gatewayId" | "readers">,
  tokens: readonly Token[],
  remedy: string,
): readonly string[] {
  const prefix = readerTokenName(gatewayId, "");
  const holders = readers.filter((reader) => reader.token);
  const named = new Set(holders.map(({ name }) => readerTokenName(gatewayId, name)));
  const missing = holders.flatMap((reader) => {
    const name = readerTokenName(gatewayId, reader.name);
    const own = tokens.filter((each) => each.name === name);
    if (own.length === 0) return [`${reader.name} has no token; ${remedy}`];
    const problems = own.flatMap((each) => judgeReader(reader, each));
    return problems.map((problem) => `token "${name}" ${problem}`);
  });
  const undeclared = tokens
    .filter(({ name }) => name.startsWith(prefix) && !named.has(name))
    .map(
      ({ name }) => `token "${name}" belongs to no reader with a token; delete it, or declare it`,
    );
  return [...missing, ...undeclared];
}

function judgeReader({ until, addresses = [] }: Reader, token: Token): readonly string[] {
  const { policies, expires_on } = token;
  const may = permissionsOf(policies);
  const from = networksOf(token) ?? [];
  return problemsIf(
    [
      may.join() !== readGateways,
      `may do ${inDashboard(...may) || "nothing"}; a reader has ${readGateways} and nothing else`,
    ],
    [
      !endsWith(until, expires_on),
      `ends ${expires_on ?? "never"}; declared is ${until ?? "no last day"}`,
    ],
    [
      from.toSorted().join() !== addresses.toSorted().join(),
      `is taken from ${from.join(" ") || "everywhere"}; declared is ${addresses.join(" ") || "everywhere"}`,
    ],
  );
}

/** Checks that a token ends within its last day, or with the next day's first moment. */
function endsWith(until: string | undefined, expiresOn: string | null | undefined): boolean {
  if (until === undefined || !expiresOn) return until === undefined && !expiresOn;
  const end = Date.parse(expiresOn);
  return end > Date.parse(until) && end <= endOfDay(until);
}

const OWN = "CLOUDFLARE_API_TOKEN";

/** Checks whether this command's own token may do more than it needs. */
export async function checkOwnToken(account: Account): Promise<readonly Finding[]> {
  const answer = await readOwnToken(account);
  if (answer.kind !== "answer") return withoutAnswer(OWN, answer, "does not exist; make a token");
  return [judgeOwnToken(account.stack.settings, answer.value)];
}

/** Judges this command's own token. What it may do in excess breaks no promise. */
export function judgeOwnToken(settings: Settings, { policies }: Token): Finding {
  const needed: readonly string[] = verifyPermissions(settings);
  const allowed = new Set([...needed, ...READING]);
  const more = permissionsOf(policies).filter((name) => !allowed.has(name));
  if (more.length === 0) return finding("kept", OWN, "may do no more than this command needs");
  const enough = `${inDashboard(...needed)} are enough for this command`;
  return finding("warning", OWN, `may also do ${inDashboard(...more)}; ${enough}`);
}
