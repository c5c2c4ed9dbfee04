/**
 * An account of a stack in which nothing is declared: what `pulumi up` makes there, it makes as at
 * Cloudflare. It stands beside the one that runs the stack, in a folder of its own.
 */
import { join } from "node:path";

import type { Args } from "./command.ts";
import { openDoor } from "./door.ts";
import { openAccount } from "./local-account.ts";
import { endOrphans } from "./orphans.ts";
import { claimAccount } from "./owner.ts";
import { STATE } from "./paths.js";
import { freePort, HOST } from "./ports.ts";
import { print } from "./print.ts";
import { connectModel, describeApi, printOther, serveUploaded } from "./serve.ts";
import { loadAccount, readLocalKey } from "./stack.ts";

/**
 * Serves the account until the process ends, with what an earlier run has left in it; where another
 * process serves it, prints what that one has printed. Throws a StackError.
 */
export async function serveEmpty(args: Args): Promise<void> {
  const folder = join(STATE, args.stack, "empty");
  const claim = await claimAccount(folder);
  if (!claim.isOwner) return printOther(claim.printed, { ...args, api: true });
  await endOrphans(folder);
  const key = await readLocalKey();
  const [{ id }, model] = await Promise.all([
    loadAccount(args.stack, key),
    connectModel(args.upstream),
  ]);

  const parts = openAccount({ id, model, folder, collector: args.traces });
  process.once("exit", parts.close);
  const port = await freePort(args.port);
  const { url, page, workers } = await openDoor({ ...parts, key, host: HOST, port, print });
  await serveUploaded(parts.account, workers);

  const lines = `an account in which stack ${args.stack} declares nothing: pulumi up --stack ${args.stack} fills it

  Logs    ${page.href}
  Key     ${key}
`;
  const api = describeApi(url, key, id);
  claim.announce({ lines, api });
  print(`${lines}
What is made stays in ${folder}; without that folder the account is empty again. Ctrl-C ends it.${api}`);
}
