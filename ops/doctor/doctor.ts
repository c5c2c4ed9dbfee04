/** Finds everything that a first deploy of a stack would lack, before Pulumi runs. */
import type { Stack } from "../../policy/stack/stack.ts";
import { connect, type Connection } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { finding, type Finding } from "../look/finding.ts";
import { checkAccount } from "./account.ts";
import { checkFile } from "./file.ts";
import { checkMachine } from "./machine.ts";
import { checkNames } from "./names.ts";
import { checkToken } from "./token.ts";

/** A finding, and where it belongs. */
export interface Symptom extends Finding {
  readonly area: "this machine" | "stack file" | "account";
}

/** Examines this machine, the stack's file and its account. */
export async function examine(
  name: string,
  environment = process.env,
): Promise<readonly Symptom[]> {
  const { stack, findings } = await checkFile(name);
  const [machine, account] = await Promise.all([
    checkMachine(environment),
    examineAccount(stack, environment),
  ]);
  return [
    ...inArea("this machine", machine),
    ...inArea("stack file", findings),
    ...inArea("account", account),
  ];
}

function inArea(area: Symptom["area"], findings: readonly Finding[]): readonly Symptom[] {
  return findings.map((each) => ({ area, ...each }));
}

async function examineAccount(
  stack: Stack | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  let connection: Connection;
  try {
    connection = await connect(stack?.accountId, environment);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      finding("broken", "credentials", error.message),
      finding("unknown", "account", "not looked at without them"),
    ];
  }
  if (stack === undefined) {
    return [finding("unknown", "account", "not looked at, because the stack file cannot be read")];
  }
  const checks = [checkToken, checkAccount, checkNames];
  return (await Promise.all(checks.map((check) => check(connection, stack)))).flat();
}
