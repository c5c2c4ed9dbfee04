// This is JavaScript, because start.js needs a path before it can afford to load TypeScript.
import { join } from "node:path";

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, "..");

/** The folder where a local account keeps its key, its logs and compiled code; not committed. */
export const STATE = join(ROOT, ".local");
