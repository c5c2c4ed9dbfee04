// This is JavaScript, so that the cache is on before any TypeScript loads: Node keeps what it made
// of TypeScript there too, and then has no need of its own compiler.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { STATE } from "./paths.js";
import { keepStatePrivate } from "./private-state.js";

keepStatePrivate();

// Code is compiled once, not at every start: half of the way to the first answer is reading other
// people's code.
const { directory } = enableCompileCache(join(STATE, "compile-cache"));
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] = directory;

await import("../infra/lean-zod.js");
await import("./run.ts");
