/** A stack file and an import for a gateway that exists already. Changes nothing at Cloudflare. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { stackOf } from "../../infra/stack-files.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";
import { ask, connect } from "../account/account.ts";
import { adoptGateway, importFile, type Adoption } from "./adopt.ts";
import { CommandError, WordsError, checkWords, defineCommand } from "../cli/define-command.ts";

const USAGE = `usage: npm run adopt -- --gateway ID --stack NAME [--log-system NAME] [--write] [--json]

  --gateway     id of the gateway at Cloudflare
  --stack       name of the stack that is to own it
  --log-system  legacy or observability: needed where the gateway is younger than 2026-09-24
  --write       write Pulumi.NAME.yaml and .local/import-NAME.json; else the file is printed only
  --json        print the result as JSON

CLOUDFLARE_API_TOKEN needs AI Gateway Read; CLOUDFLARE_ACCOUNT_ID says the account.

exit code: 0 a stack file can declare the gateway, 1 it cannot, 2 wrong words, or no account`;

/** Before this day every account got legacy logs. https://developers.cloudflare.com/ai-gateway/observability/logging/ */
const SPLIT = "2026-09-24";

export const command = defineCommand({
  usage: USAGE,
  options: {
    gateway: { type: "string" },
    stack: { type: "string" },
    "log-system": { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
  run: main,
});

interface Args {
  readonly gateway?: string;
  readonly stack?: string;
  readonly "log-system"?: string;
  readonly write: boolean;
  readonly json: boolean;
}

async function main(args: Args): Promise<boolean> {
  const { write, json } = args;
  const said = args["log-system"];
  checkWords(
    () => requireGateway(args.gateway),
    () => parseStack(args.stack),
    () => said !== undefined && parseLogSystem(said),
  );
  const gateway = requireGateway(args.gateway);
  const stack = parseStack(args.stack);
  const file = `Pulumi.${stack}.yaml`;
  const { accountId, cloudflare } = await connect(undefined);
  const question = cloudflare.aiGateway.get(gateway, { account_id: accountId });
  const found = await ask(`read the gateway ${gateway}`, "AI Gateway Read", question);
  const adoption = adoptGateway({ ...found }, logSystem(said, found.created_at));

  const imports = join(".local", `import-${stack}.json`);
  if (write && adoption.ok) {
    await writeNew(file, adoption.text);
    await mkdir(dirname(imports), { recursive: true, mode: 0o700 });
    await writeFile(imports, importFile(accountId, gateway), { mode: 0o600 });
  }
  console.log(
    json
      ? JSON.stringify(adoption, null, 2)
      : describe(adoption, { gateway, stack, imports, write }),
  );
  return adoption.ok;
}

function requireGateway(id: string | undefined): string {
  if (id !== undefined) return id;
  throw new WordsError("--gateway is missing: the id of a gateway");
}

function parseStack(name: string | undefined): string {
  if (name !== undefined && stackOf(`Pulumi.${name}.yaml`) === name) return name;
  throw new WordsError(
    `--stack is ${JSON.stringify(name) ?? "missing"}; allowed is a name of a-z, A-Z, 0-9, _, . and -`,
  );
}

function parseLogSystem(said: string): LogSystem {
  if (said === "legacy" || said === "observability") return said;
  throw new WordsError(
    `--log-system is ${JSON.stringify(said)}; allowed are legacy and observability`,
  );
}

function logSystem(said: string | undefined, createdAt: string): LogSystem {
  if (said !== undefined) return parseLogSystem(said);
  if (createdAt < SPLIT) return "legacy";
  throw new WordsError(
    `--log-system is missing: legacy if the account was created before ${SPLIT}, else observability`,
  );
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: "wx" }).catch((error: Error) => {
    throw new CommandError(`${file} cannot be written: ${error.message}`);
  });
}

interface Scene {
  readonly gateway: string;
  readonly stack: string;
  readonly imports: string;
  readonly write: boolean;
}

function describe(adoption: Adoption, { gateway, stack, imports, write }: Scene): string {
  if (!adoption.ok) {
    const lines = adoption.problems.map((problem) => `  ✘ ${problem}`);
    return `${gateway} has what adopt cannot put into a stack file; change it at Cloudflare, adopt, then declare it where a setting is named:\n${lines.join("\n")}`;
  }
  const { text, changes, secrets } = adoption;
  return [
    ...(write ? [`wrote Pulumi.${stack}.yaml and ${imports}`] : [text.trimEnd()]),
    "next: fill in what is empty, then",
    indent([
      `pulumi stack init ${stack}`,
      ...secrets.map(
        (path) =>
          `pulumi config set --stack ${stack} --secret --path 'ai-gateway:${path}'  # its value is asked for`,
      ),
      `pulumi import --stack ${stack} --file ${imports}`,
      `pulumi preview --stack ${stack} --diff`,
    ]),
    ...(changes.length === 0
      ? ["nothing of the gateway changes with the first pulumi up"]
      : [`the first pulumi up changes:\n${indent(changes)}`]),
  ].join("\n\n");
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
