/** Pulumi, Miniflare and TypeScript are large: each process of a test run, and each that a test starts, compiles them once. */
import { enableCompileCache } from "node:module";

const { directory } = enableCompileCache();
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] = directory;
