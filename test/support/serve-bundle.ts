/** Serves a Worker of one's own in a local account, with packages bundled into it. */
import { build } from "esbuild";

import type { RunningAccount } from "./account.ts";
import { ROOT } from "./settings.ts";

/** Bundles a module as a Worker, in JavaScript or TypeScript. */
export async function bundleSource(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Serves a module as the Worker `asks`, which has an AI binding. */
export async function serveBundle(running: RunningAccount, source: string): Promise<void> {
  await running.workers.serve({
    scriptName: "asks",
    compatibilityDate: "2026-10-23",
    compatibilityFlags: ["nodejs_compat"],
    mainModule: "asks.js",
    modules: [{ name: "asks.js", type: "esm", contents: await bundleSource(source) }],
    bindings: [{ type: "ai", name: "AI" }],
  });
}
