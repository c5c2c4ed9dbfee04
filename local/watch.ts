import { watch } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./paths.ts";

/**
 * Watches what a stack is made of: its file and the sources. Calls back once for each burst of changes, with the
 * file that changed last, and never twice at a time; until the process exits.
 */
export function watchSources(stack: string, reload: (changed: string) => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const schedule = (changed: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => reload(changed));
    }, 100);
  };
  const file = `Pulumi.${stack}.yaml`;
  watch(ROOT, (_, name) => name === file && schedule(file));
  for (const folder of ["infra", "policy", "worker"]) {
    watch(join(ROOT, folder), { recursive: true }, (_, name) => schedule(join(folder, name ?? "")));
  }
}
