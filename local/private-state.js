// This is JavaScript, because start.js needs it before it can afford to load TypeScript.
import { chmodSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { STATE } from "./paths.js";

const OTHERS = 0o077;

/**
 * Keeps the local state from the other users of this machine: what this process and its children
 * make is this user's alone, and what an earlier one made with wider modes is narrowed. A command
 * calls it before it makes its first file.
 */
export function keepStatePrivate() {
  process.umask(OTHERS);
  if (statSync(STATE, { throwIfNoEntry: false }) === undefined) return;
  // The folder may be a link to a larger disk; a link inside of it may lead anywhere.
  chmodSync(STATE, 0o700);
  for (const name of readdirSync(STATE, { encoding: "utf8", recursive: true })) {
    narrow(join(STATE, name));
  }
}

/** @param {string} path */
function narrow(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink() || (found.mode & OTHERS) === 0) return;
  chmodSync(path, found.mode & 0o700);
}
