/** Runs `npm run doctor`: says what a stack's first deploy would lack, all at once. */
import { PERMISSIONS } from "../../policy/platform.ts";
import { requireOption } from "../cli/arguments.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { print, printJson } from "../cli/print.ts";
import { countOf, formatAreas } from "../look/finding.ts";
import { examine, type Symptom } from "./doctor.ts";

const { readBilling, readMembers, readTokens } = PERMISSIONS;

const USAGE = `usage: npm run doctor -- --stack NAME [--json]

  --stack  the stack that is to be deployed
  --json   for programs

Looks at this machine, the stack file and the account, with the token of the deploy, and changes
nothing. What that token may not read is "not looked at": its own permissions need ${readTokens},
the log system ${readMembers}, the plan ${readBilling}.
exit code: 0 nothing is missing, 1 something is, 2 invalid arguments`;

const OPTIONS = {
  stack: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: main });

async function main({ stack, json }: Values<typeof OPTIONS>): Promise<boolean> {
  const symptoms = await examine(requireOption("--stack", stack, "the name of a stack"));
  if (json) printJson(symptoms, 2);
  else print(format(symptoms));
  return !symptoms.some(({ kind }) => kind === "broken");
}

function format(symptoms: readonly Symptom[]): string {
  const [broken, warning, unknown] = (["broken", "warning", "unknown"] as const).map((kind) =>
    countOf(symptoms, kind),
  );
  const closing = `${broken} to do before pulumi up, ${warning} to know, ${unknown} not looked at`;
  return [...formatAreas(symptoms), closing].join("\n\n");
}
