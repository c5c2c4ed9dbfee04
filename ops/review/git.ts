import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { stackOf } from "../../infra/stack-files.ts";
import { UsageError } from "../cli/errors.ts";

const run = promisify(execFile);

/**
 * Reads stack files, stack name → text, as they stood in a commit, branch or tag of the folder's repository. Nothing is checked
 * out. Throws when the folder is no repository, or has no such commit.
 */
export async function readStackFilesAt(
  folder: string,
  ref: string,
): Promise<ReadonlyMap<string, string>> {
  // --end-of-options: a name that begins with a dash is a name.
  const find = ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`];
  const commit = await git(folder, find).catch((error: Error) => {
    const hint = "it must be a commit, branch or tag that this clone has (a shallow one has few)";
    throw new UsageError(`--base is ${JSON.stringify(ref)}; ${hint}; ${error.message}`);
  });
  const entries = await git(folder, ["ls-tree", "-z", commit.trim(), "./"]);
  const files = entries.split("\0").flatMap((entry) => {
    // `100644 blob 3f1e… Pulumi.dev.yaml`, with a tab before the name; 120000 would be a link.
    const [, blob, name = ""] = /^100\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    const stack = stackOf(name);
    return blob === undefined || stack === undefined ? [] : [{ stack, blob }];
  });
  const texts = await Promise.all(
    files.map(
      async ({ stack, blob }) => [stack, await git(folder, ["cat-file", "blob", blob])] as const,
    ),
  );
  return new Map(texts);
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("git", args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`git ${args[0]}: ${stderr.trim() || String(error)}`, { cause: error });
  }
}
