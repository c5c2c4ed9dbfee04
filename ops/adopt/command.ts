/**
 * Runs `npm run adopt`: prints a stack file and an import for an existing gateway. Changes nothing
 * at Cloudflare.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { stackOf } from "../../policy/stack/project.ts";
import { OBSERVABILITY_SINCE, PERMISSIONS } from "../../policy/platform.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";
import { connect, need } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import {
  invalidValue,
  parseChoice,
  parseIfGiven,
  readArguments,
  requireOption,
} from "../cli/arguments.ts";
import { print, printJson } from "../cli/print.ts";
import { readGateway } from "../look/gateways.ts";
import { adoptGateway, importFile, type Adoption } from "./adopt.ts";

const USAGE = `usage: npm run adopt -- --gateway ID --stack NAME [--log-system NAME] [--write] [--json]

  --gateway     id of the gateway at Cloudflare
  --stack       name of the stack that is to own it
  --log-system  legacy or observability: needed where the gateway is younger than ${OBSERVABILITY_SINCE}
  --write       write Pulumi.NAME.yaml and .local/import-NAME.json; else the file is printed only
  --json        print the result as JSON

CLOUDFLARE_API_TOKEN needs ${PERMISSIONS.readGateways}; CLOUDFLARE_ACCOUNT_ID names the account.

exit code: 0 a stack file can declare the gateway, 1 it cannot, 2 invalid arguments or no account`;

const OPTIONS = {
  gateway: { type: "string" },
  stack: { type: "string" },
  "log-system": { type: "string" },
  write: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** `npm run adopt`. */
export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { write, json } = args;
  const { gateway, stack, system } = readArguments({
    gateway: () => requireOption("--gateway", args.gateway, "the id of a gateway"),
    stack: () => parseStack(args.stack),
    system: () => parseIfGiven(args["log-system"], parseLogSystem),
  });
  const connection = await connect(undefined);
  const found = need(`read the gateway ${gateway}`, await readGateway(connection, gateway));
  const adoption = adoptGateway({ ...found }, system ?? logSystem(found.created_at));

  const imports = join(".local", `import-${stack}.json`);
  if (write && adoption.ok) {
    await writeNew(`Pulumi.${stack}.yaml`, adoption.text);
    await mkdir(dirname(imports), { recursive: true, mode: 0o700 });
    await writeFile(imports, importFile(connection.accountId, gateway), { mode: 0o600 });
  }
  const scene = { gateway, stack, imports, write };
  if (json) printJson(adoption, 2);
  else print(describe(adoption, scene));
  return adoption.ok;
}

function parseStack(name: string | undefined): string {
  if (name !== undefined && stackOf(`Pulumi.${name}.yaml`) === name) return name;
  throw invalidValue("--stack", name, "is a name of a-z, A-Z, 0-9, _, . and -");
}

function parseLogSystem(name: string): LogSystem {
  return parseChoice("--log-system", name, ["legacy", "observability"]);
}

function logSystem(createdAt: string | undefined): LogSystem {
  if (createdAt !== undefined && createdAt < OBSERVABILITY_SINCE) return "legacy";
  throw new UsageError(
    `--log-system is missing: legacy if the account was created before ${OBSERVABILITY_SINCE}, else observability`,
  );
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: "wx" }).catch((error: Error) => {
    const reason =
      Object(error).code === "EEXIST"
        ? "is there already, and nothing was written; choose another --stack, or move that file away"
        : `cannot be written: ${error.message}`;
    throw new CommandError(`${file} ${reason}`);
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
