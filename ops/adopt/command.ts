/** Runs `npm run adopt`: prints a stack file and an import, and changes nothing at Cloudflare. */
import { writeFile } from "node:fs/promises";

import { isStackName } from "../../policy/stack/project.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { OBSERVABILITY_SINCE, PERMISSIONS } from "../../policy/platform.ts";
import type { LogSystem } from "../../policy/settings/settings.ts";
import { connect, need } from "../account/account.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, UsageError } from "../cli/errors.ts";
import { reasonOfFile } from "../cli/file-errors.ts";
import {
  invalidValue,
  parseChoice,
  parseIfGiven,
  readArguments,
  requireOption,
} from "../cli/arguments.ts";
import { print, printJson } from "../cli/print.ts";
import { readFiles, readStack } from "../cli/stacks.ts";
import { readGateway } from "../look/gateways.ts";
import { judgeGateway } from "../verify/gateway.ts";
import { adoptGateway, importCommand, type Adoption } from "./adopt.ts";

const USAGE = `usage: npm run adopt -- --gateway ID --stack NAME [--log-system NAME] [--write] [--json]

  --gateway     id of the gateway at Cloudflare
  --stack       name of the stack that is to own it
  --log-system  legacy or observability: needed where the gateway is younger than ${OBSERVABILITY_SINCE}
  --write       write Pulumi.NAME.yaml; else the file is printed only
  --json        print the result as JSON

Where Pulumi.NAME.yaml declares the gateway already, prints what the first pulumi up changes of it.
Ends with the import into the stack, which is the last step.

CLOUDFLARE_API_TOKEN needs ${PERMISSIONS.readGateways}; CLOUDFLARE_ACCOUNT_ID names the account.

exit code: 0 a stack file can declare the gateway, 1 it cannot, 2 invalid arguments or no account`;

const OPTIONS = {
  gateway: { type: "string" },
  stack: { type: "string" },
  "log-system": { type: "string" },
  write: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main(args: Values<typeof OPTIONS>): Promise<boolean> {
  const { write, json } = args;
  const { gateway, stack, system } = readArguments({
    gateway: () => requireOption("--gateway", args.gateway, "the id of a gateway"),
    stack: () => parseStack(args.stack),
    system: () => parseIfGiven(args["log-system"], parseLogSystem),
  });
  const known = readKnown(stack, gateway);
  const connection = await connect(known?.accountId);
  const found = need(`read the gateway ${gateway}`, await readGateway(connection, gateway));
  const adoption: Adoption =
    known === undefined
      ? adoptGateway({ ...found }, system ?? logSystem(found.created_at))
      : { ok: true, changes: judgeGateway(known.settings, { ...found }), secrets: [] };
  const isWritten = write && adoption.ok && adoption.text !== undefined;
  if (isWritten) await writeNew(`Pulumi.${stack}.yaml`, adoption.text);
  const imports = importCommand(stack, { ...connection, gatewayId: gateway });
  if (json) printJson(adoption.ok ? { ...adoption, import: imports } : adoption, 2);
  else print(describe(adoption, { gateway, stack, imports, isWritten }));
  return adoption.ok;
}

/** Reads the stack's own file, where there is one and it declares the gateway. */
function readKnown(stack: string, gateway: string): Stack | undefined {
  if (!readFiles(process.cwd()).stacks.has(stack)) return undefined;
  const known = readStack(stack);
  const { gatewayId } = known.settings;
  if (gatewayId === gateway) return known;
  throw new CommandError(
    `Pulumi.${stack}.yaml is there already, and declares gateway ${gatewayId}; choose another --stack, or move that file away`,
  );
}

function parseStack(name: string | undefined): string {
  if (name !== undefined && isStackName(name)) return name;
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
  await writeFile(file, text, { flag: "wx" }).catch((error: unknown) => {
    throw new CommandError(`${file} cannot be written: ${reasonOfFile(error)}`);
  });
}

interface Scene {
  readonly gateway: string;
  readonly stack: string;
  /** The command that takes the gateway into the stack's state. */
  readonly imports: string;
  readonly isWritten: boolean;
}

function describe(adoption: Adoption, { gateway, stack, imports, isWritten }: Scene): string {
  if (!adoption.ok) {
    const lines = adoption.problems.map((problem) => `  ✘ ${problem}`);
    return `${gateway} has what adopt cannot put into a stack file; change it at Cloudflare, adopt, then declare it where a setting is named:\n${lines.join("\n")}`;
  }
  const { text, changes, secrets } = adoption;
  const file = `Pulumi.${stack}.yaml`;
  const isKnown = text === undefined;
  return [
    isKnown ? `${file} declares ${gateway}` : isWritten ? `wrote ${file}` : text.trimEnd(),
    isKnown ? "next:" : "next: fill in what is empty, then",
    indent([
      `pulumi stack init ${stack}${isKnown ? "  # unless Pulumi has it already" : ""}`,
      ...secrets.map(
        (path) =>
          `pulumi config set --stack ${stack} --secret --path 'ai-gateway:${path}'  # its value is asked for`,
      ),
      imports,
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
