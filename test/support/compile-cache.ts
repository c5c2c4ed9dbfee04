/**
 * Caches compiled code: Pulumi, Miniflare and TypeScript are large, and each process of a test run,
 * or started by a test, would compile them again.
 */
import { enableCompileCache } from "node:module";

const { directory } = enableCompileCache();
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] = directory;
