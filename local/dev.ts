/** Runs `npm run dev`: the declared Worker under wrangler, with the real Workers AI and gateway. */
import { spawn } from "node:child_process";

import { runCommand, type Args } from "./command.ts";
import { DEFAULT_PORT } from "./ports.ts";
import { print } from "./print.ts";
import { keepStatePrivate } from "./private-state.js";
import { loadAccount, readLocalKey } from "./stack.ts";
import { watchSources } from "./watch.ts";
import { writeWranglerConfig } from "./wrangler-config.ts";

const USAGE = `usage: npm run dev [-- --stack dev] [--port N]

  --stack  the stack file to run, Pulumi.<stack>.yaml (dev)
  --port   where the Worker answers (8787)`;

/**
 * What wrangler would open on loopback to every user of the machine: a port at which each service of
 * its runtime can be called, which goes with its registry of Workers, and pages about the Worker.
 */
const CLOSED = {
  WRANGLER_REGISTRY_PATH: "",
  X_LOCAL_EXPLORER: "false",
  X_LOCAL_OBSERVABILITY: "false",
};

keepStatePrivate();
await runCommand(USAGE, main);

async function main(args: Args): Promise<void> {
  const key = await readLocalKey();
  const { gateways, script } = await loadAccount(args.stack, key);
  const config = await writeWranglerConfig(args.stack, script);
  const [gatewayId] = gateways.keys();
  print(`stack ${args.stack} under wrangler dev, with the real Workers AI

  Every call runs in your Cloudflare account and is billed there: log in first (npx wrangler login).
  The gateway ${gatewayId} must exist there: pulumi up --stack ${args.stack}. Without it each call fails with 2001.
  Key  ${key} (as bearer token; in a browser: any name, the key as password)
  wrangler's inspector listens on loopback without a key: another user of this machine can read prompts by it.
`);

  // wrangler watches the configuration and the bundle, which a reload writes anew.
  await watchSources(args.stack, async () => {
    await writeWranglerConfig(args.stack, (await loadAccount(args.stack, key)).script);
  });
  const wrangler = spawn(
    "wrangler",
    ["dev", "--config", config, "--port", String(args.port ?? DEFAULT_PORT)],
    {
      stdio: "inherit",
      env: { ...process.env, ...CLOSED },
    },
  );
  wrangler.once("exit", (code) => process.exit(code ?? 1));
  // A terminal's Ctrl-C reaches wrangler by itself; a signal to this process alone must not leave
  // it behind.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => wrangler.kill(signal));
  }
}
