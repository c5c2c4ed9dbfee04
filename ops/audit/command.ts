/** Runs `npm run audit`: lists what no stack file declares, and who can read an account's logs. */
import { inDashboard, PERMISSIONS } from "../../policy/platform.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError } from "../cli/errors.ts";
import { endProgress, print, printJson, showProgress } from "../cli/print.ts";
import { checkStacks, readStacks } from "../cli/stacks.ts";
import { NEEDED } from "../look/undeclared/kinds.ts";
import { auditAccount, type AuditFinding } from "./audit.ts";
import { groupByAccount } from "./declared.ts";
import { auditJson, auditText } from "./render.ts";

const { readGateways, readTokens, readWorkers, writeLogpush } = PERMISSIONS;
const OTHERS = new Set([readTokens, readWorkers, writeLogpush, ...NEEDED]).difference(
  new Set([readGateways]),
);

const USAGE = `usage: npm run audit [-- --stack NAME] [--json]

  --stack  the account of this stack only; may be repeated
  --json   for programs

Looks at every account that a stack file of this folder is for. CLOUDFLARE_API_TOKEN needs ${inDashboard(readGateways)},
and for the rest, each part of which is "not looked at" without it:
  ${inDashboard(...OTHERS)}
exit code: 0 nothing to act on, 1 something, 2 invalid arguments or no answer`;

const OPTIONS = {
  stack: { type: "string", multiple: true, default: [] as string[] },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: audit });

async function audit({ stack: wanted, json }: Values<typeof OPTIONS>): Promise<boolean> {
  const { stacks, unreadable } = readStacks(process.cwd());
  const names = [...stacks.map(({ name }) => name), ...unreadable];
  checkStacks(wanted, names);
  if (names.length === 0) throw new CommandError("the project has no Pulumi.<stack>.yaml");
  if (stacks.length === 0) {
    throw new CommandError(`no stack file can be read (${unreadable.join(", ")}): npm run review`);
  }
  const results = [];
  for (const account of await groupByAccount(stacks)) {
    if (wanted.length > 0 && !account.stacks.some(({ name }) => wanted.includes(name))) continue;
    const found = await auditAccount(account, new Date(), showProgress);
    results.push({ account, findings: [...unreadable.map(toFinding), ...found] });
  }
  endProgress();
  if (json) {
    printJson(
      results.map(({ account, findings }) => auditJson(account, findings)),
      2,
    );
  } else {
    print(results.map(({ account, findings }) => auditText(account, findings)).join("\n\n"));
  }
  return !results.some(({ findings }) => findings.some(({ kind }) => kind === "broken"));
}

/** Reports an unreadable stack file: what it declares would else silently count as undeclared. */
function toFinding(stack: string): AuditFinding {
  return {
    area: "stack files",
    kind: "broken",
    about: `Pulumi.${stack}.yaml`,
    message: "cannot be deployed as it stands, so what it declares counts as undeclared here",
    remedy: `npm run review -- --stack ${stack}`,
  };
}
