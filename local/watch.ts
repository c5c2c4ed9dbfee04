import { once } from "node:events";
import { basename } from "node:path";

import { watch } from "chokidar";

import { ROOT } from "./paths.js";
import { printError } from "./print.ts";
import { StackError } from "./stack-error.ts";

/**
 * Watches a stack's file and the sources, until the process exits. Calls back once for each burst
 * of changes, with the file that changed last, and never twice at a time; a StackError of the
 * callback is printed. Resolves when no change is missed any more.
 */
export async function watchSources(
  stack: string,
  reload: (changed: string) => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const onChange = (changed: string) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => attempt(changed, reload));
    }, 100);
  };
  const options = { cwd: ROOT, ignoreInitial: true };
  // Not node:fs: where an editor or git replaces a file, its recursive watch loses it.
  const folders = watch(["infra", "policy", "worker"], options);
  // The folder is watched, not the file: git removes a file and makes it anew, and a watch of the
  // file alone ends with the first.
  const file = `Pulumi.${stack}.yaml`;
  const ignored = (path: string) => path !== "." && path !== ROOT && basename(path) !== file;
  const stackFile = watch(".", { ...options, depth: 0, ignored });
  const watchers = [folders, stackFile];
  for (const watcher of watchers) watcher.on("all", (_, changed) => onChange(changed));
  await Promise.all(watchers.map((watcher) => once(watcher, "ready")));
}

async function attempt(changed: string, reload: (changed: string) => Promise<void>): Promise<void> {
  try {
    await reload(changed);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    printError(`${changed} changed, the last good state goes on: ${error.message}`);
  }
}
