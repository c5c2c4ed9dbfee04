import { watch } from "chokidar";

import { ROOT } from "./paths.ts";

/**
 * Watches what a stack is made of: its file and the sources. Calls back once for each burst of changes, with the
 * file that changed last, and never twice at a time; until the process exits.
 */
export function watchSources(stack: string, reload: (changed: string) => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const sources = [`Pulumi.${stack}.yaml`, "infra", "policy", "worker"];
  // Not node:fs: where an editor or git replaces a file, its recursive watch loses it.
  watch(sources, { cwd: ROOT, ignoreInitial: true }).on("all", (_, changed) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => reload(changed));
    }, 100);
  });
}
