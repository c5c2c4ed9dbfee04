/** `npm start`. What takes longest begins first: the process that runs the stack's program, then everything else. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { prepareEvaluation } from "./engine/evaluate.ts";
import { STATE } from "./paths.ts";

// Compiled once, not at every start: half of the way to the first answer is reading other people's code.
const { directory } = enableCompileCache(join(STATE, "compile-cache"));
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] = directory;
prepareEvaluation();
await import("./run.ts");
