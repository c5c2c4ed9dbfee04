/** Finds everything that a first deploy of a stack would lack, before Pulumi runs. */
import type { Stack } from "../../policy/stack/stack.ts";
import { connect, type Connection } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { finding, inArea, type Finding, type InArea } from "../look/finding.ts";
import { identifyOwnToken } from "../look/tokens.ts";
import { checkAccount } from "./account.ts";
import { checkFile } from "./file.ts";
import { checkMachine } from "./machine.ts";
import { checkNames } from "./names.ts";
import { checkToken } from "./token.ts";

/** A finding, and where it belongs. */
export type Symptom = InArea<"this machine" | "stack file" | "account">;

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
  const found = (await Promise.all(checks.map((check) => check(connection, stack)))).flat();
  if (found.every(({ kind }) => kind === "unknown")) return explainSilence(connection);
  return found.map((each) => (isNeeded(each) ? { ...each, kind: "broken", remedy: GIVE } : each));
}

const GIVE = 'a deploy reads it too: give the token what the deploy needs (README, "Deploy")';

/** Checks whether no deploy is possible before it can be looked at: the gateway, or a Worker. */
function isNeeded({ kind, about }: Finding): boolean {
  return kind === "unknown" && /^(?:gateway|Worker) /.test(about);
}

/** Judges an account of which nothing could be looked at: no deploy succeeds with such a token. */
async function explainSilence(connection: Connection): Promise<readonly Finding[]> {
  const own = await identifyOwnToken(connection);
  if (own.kind === "unknown" && own.isRefused !== true) {
    return [finding("broken", "account", `cannot be looked at: ${own.reason}`)];
  }
  const why = own.kind === "answer" ? "may do nothing there" : "has ended";
  const message = `the token is not accepted, or not of this account (${connection.accountId}), or ${why}`;
  const remedy =
    "compare token and account with the dashboard (Manage account, Account API tokens)";
  return [{ ...finding("broken", "CLOUDFLARE_API_TOKEN", message), remedy }];
}
