/**
 * Runs `npm start`. Wrong arguments end here, and a second start of a stack: what runs one is large,
 * and is loaded once it is needed.
 */
import { join } from "node:path";

import { runCommand, type Args } from "./command.ts";
import { prepareEvaluation } from "./engine/evaluate.ts";
import { claimAccount } from "./owner.ts";
import { STATE } from "./paths.js";
import { print } from "./print.ts";

const USAGE = `usage: npm start [-- --stack dev] [--upstream URL] [--traces URL] [--port N] [--api]
                 [--empty]

  --stack     the stack file to run, Pulumi.<stack>.yaml (dev)
  --upstream  a model server to ask, such as Ollama's http://127.0.0.1:11434/v1 (a small local model)
  --traces    a collector of OpenTelemetry that takes all traces in place of those declared, such as
              http://127.0.0.1:4318/v1/traces; without it they leave this machine for none
  --port      where the Worker answers (8787, or the next free one); the port after it serves the logs
  --api       print the environment that points Cloudflare's own tools at this account
  --empty     serve an account of its own, in which nothing is declared, for the stack's own pulumi up`;

await runCommand(USAGE, async (args) => {
  const folder = join(STATE, args.stack, args.empty ? "empty" : "");
  const other = await claimAccount(folder);
  if (other !== undefined) {
    print(`${other.lines}
Process ${other.pid} runs it, with its own --port and --upstream; Ctrl-C there ends it.`);
    if (args.api || args.empty) print(other.api);
    return;
  }
  // What takes longest begins first: the process that runs the stack's program, then everything
  // else.
  prepareEvaluation();
  const { serve } = await load(args);
  await serve(args, folder);
});

function load({ empty }: Args) {
  return empty ? import("./serve-empty.ts") : import("./serve.ts");
}
