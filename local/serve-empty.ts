/**
 * An account of a stack in which nothing is declared: what `pulumi up` makes there, it makes as at
 * Cloudflare. It stands beside the one that runs the stack, in a folder of its own.
 */
import type { Args } from "./command.ts";
import { openDoor } from "./door.ts";
import { describeApi } from "./lines.ts";
import { openAccount } from "./local-account.ts";
import { endOrphans } from "./orphans.ts";
import { announce } from "./owner.ts";
import { freePort, HOST } from "./ports.ts";
import { print } from "./print.ts";
import { connectModel, serveUploaded } from "./serve.ts";
import { loadAccount, readLocalKey } from "./stack.ts";

/** Serves the account, with what an earlier run has left in the folder. Throws a StackError. */
export async function serve(args: Args, folder: string): Promise<void> {
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
  announce(folder, { lines, api });
  print(`${lines}
What is made stays in ${folder}; without that folder the account is empty again. Ctrl-C ends it.${api}`);
}
