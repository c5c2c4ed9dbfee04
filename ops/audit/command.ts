/** What an account has that no stack file declares, and who can read its logs. */
import { auditAccount } from "./audit.ts";
import { groupByAccount } from "./declared.ts";
import type { Finding } from "./finding.ts";
import { auditText } from "./render.ts";
import { CommandError, defineCommand } from "../cli/define-command.ts";
import { printableJson } from "../cli/printable.ts";
import { endProgress, showProgress } from "../cli/progress.ts";
import { checkStacks, readStacks } from "../cli/stacks.ts";

const USAGE = `usage: npm run audit [-- --stack NAME] [--json]

  --stack  the account of this stack only; may be repeated
  --json   for programs

Looks at every account that a stack file of this folder is for. CLOUDFLARE_API_TOKEN needs AI Gateway Read;
Workers Scripts Read, Account API Tokens Read and Logs Read for the rest, which is "not looked at" without them.
exit code: 0 nothing to act on, 1 something, 2 wrong words or no answer`;

export const command = defineCommand({
  usage: USAGE,
  options: {
    stack: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
  },
  run: audit,
});

interface Args {
  readonly stack: readonly string[];
  readonly json: boolean;
}

async function audit({ stack: wanted, json }: Args): Promise<boolean> {
  const { stacks, unreadable } = readStacks(process.cwd());
  const names = [...stacks.map(({ name }) => name), ...unreadable];
  checkStacks(wanted, names);
  if (names.length === 0) throw new CommandError("the project has no Pulumi.<stack>.yaml");
  if (stacks.length === 0) {
    throw new CommandError(`no stack file can be read (${unreadable.join(", ")}): npm run review`);
  }
  const accounts = (await groupByAccount(stacks)).filter(
    (account) => wanted.length === 0 || account.stacks.some(({ name }) => wanted.includes(name)),
  );
  const results = await auditAll(accounts, unreadable.map(toFinding));
  endProgress();
  console.log(
    json
      ? printableJson(results.map(toJson), 2)
      : results.map(([account, findings]) => auditText(account, findings)).join("\n\n"),
  );
  return !results.some(([, findings]) => findings.some(({ kind }) => kind === "wrong"));
}

type Accounts = Awaited<ReturnType<typeof groupByAccount>>;
type Result = readonly [Accounts[number], readonly Finding[]];

async function auditAll(
  accounts: Accounts,
  always: readonly Finding[],
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const account of accounts) {
    const findings = await auditAccount(account, new Date(), showProgress);
    results.push([account, [...always, ...findings]]);
  }
  return results;
}

function toJson([{ accountId, stacks }, findings]: Result): object {
  return { accountId, stacks: stacks.map(({ name }) => name), findings };
}

/** What it declares would else be taken for undeclared without a word. */
function toFinding(stack: string): Finding {
  return {
    area: "stack files",
    kind: "wrong",
    where: `Pulumi.${stack}.yaml`,
    what: "cannot be deployed as it stands, so what it declares counts as undeclared here",
    remedy: `npm run review -- --stack ${stack}`,
  };
}
