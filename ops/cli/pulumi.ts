/** Runs Pulumi's CLI; as `npm run pulumi` with the Node that `npm ci` installed on its PATH. */
import { spawn } from "node:child_process";

import { reportErrors } from "./define-command.ts";
import { CommandError } from "./errors.ts";

/** Hands the terminal to Pulumi, and returns its exit code. Ctrl-C is Pulumi's to answer. */
export async function runPulumi(words: readonly string[]): Promise<number> {
  process.on("SIGINT", wait);
  try {
    const pulumi = spawn("pulumi", words, { stdio: "inherit" });
    return await new Promise<number>((resolve, reject) => {
      pulumi.once("error", reject);
      pulumi.once("close", (code) => resolve(code ?? 1));
    });
  } catch {
    throw new CommandError(
      "pulumi is not on PATH; install it (https://www.pulumi.com/docs/install/)",
    );
  } finally {
    process.off("SIGINT", wait);
  }
}

function wait(): void {}

if (import.meta.main) {
  process.exitCode = await reportErrors("", () => runPulumi(process.argv.slice(2)));
}
