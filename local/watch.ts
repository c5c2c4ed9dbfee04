import { watch } from "chokidar";

import { ROOT } from "./paths.js";
import { StackError } from "./stack.ts";

/**
 * Watches what a stack is made of: its file and the sources. Calls back once for each burst of changes, with the
 * file that changed last, and never twice at a time; until the process exits. A StackError of the callback is printed.
 */
export function watchSources(stack: string, reload: (changed: string) => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const sources = [`Pulumi.${stack}.yaml`, "infra", "policy", "worker"];
  // Not node:fs: where an editor or git replaces a file, its recursive watch loses it.
  watch(sources, { cwd: ROOT, ignoreInitial: true }).on("all", (_, changed) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => attempt(changed, reload));
    }, 100);
  });
}

async function attempt(changed: string, reload: (changed: string) => Promise<void>): Promise<void> {
  try {
    await reload(changed);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    console.error(`${changed} changed, the last good state goes on: ${error.message}`);
  }
}
