/** Serves a Worker of one's own in a local account, with packages bundled into it. */
import { build } from "esbuild";

import type { RunningAccount } from "./account.ts";
import { ROOT } from "./settings.ts";

/** Serves a module as the Worker `asks`, which has an AI binding. */
export async function serveBundle(running: RunningAccount, source: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: ROOT },
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    write: false,
    logLevel: "silent",
  });
  await running.workers.serve({
    scriptName: "asks",
    compatibilityDate: "2026-10-23",
    compatibilityFlags: ["nodejs_compat"],
    mainModule: "asks.js",
    modules: [{ name: "asks.js", type: "esm", contents: outputFiles[0]?.text ?? "" }],
    bindings: [{ type: "ai", name: "AI" }],
  });
}
