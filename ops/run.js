// `npm run review`, `npm run logs`, …: `node ops/run.js NAME`. JavaScript, so that Node's cache of compiled code is on
// before any TypeScript loads: that halves a short command.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// oxlint-disable-next-line import/no-unassigned-import -- it changes how everything below loads
import "../infra/lean-zod.js";

enableCompileCache(join(import.meta.dirname, "../.local/compile-cache"));
// `… | head` has read enough: an end without a stack trace, under the code that a shell gives it (128 and SIGPIPE).
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(141);
});
const [name = "", ...words] = process.argv.slice(2);
try {
  const { command } = await import(`./${name}/command.ts`);
  process.exitCode = await command(words);
} catch (error) {
  // A stack trace may quote what others wrote, too.
  const { printError } = await import("./cli/print.ts");
  printError(error instanceof Error ? String(error.stack) : String(error));
  process.exit(1);
}
