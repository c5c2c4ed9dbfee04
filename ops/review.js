// `npm run review`. JavaScript, so that Node's cache of compiled code is on before any TypeScript loads: that halves it.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "../.local/compile-cache"));
await import("./review-command.ts");
