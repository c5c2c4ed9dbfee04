/**
 * Runs `npm start`. Wrong arguments end here: what runs a stack is large, and is loaded once they
 * are known to be right.
 */
import { runCommand } from "./command.ts";
import { prepareEvaluation } from "./engine/evaluate.ts";

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
  // What takes longest begins first: the process that runs the stack's program, then everything
  // else.
  prepareEvaluation();
  const { serve } = await import("./serve.ts");
  if (!args.empty) return serve(args);
  const { serveEmpty } = await import("./serve-empty.ts");
  return serveEmpty(args);
});
