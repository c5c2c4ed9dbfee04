import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { isPulumiFile, type ProjectFiles } from "../../policy/stack/project.ts";
import { UsageError } from "../cli/errors.ts";

const run = promisify(execFile);

/**
 * Reads what Pulumi may read of a folder, as it stood in a commit, branch or tag of the folder's repository. Nothing is
 * checked out. Throws when the folder is no repository, or has no such commit.
 */
export async function readFilesAt(folder: string, ref: string): Promise<ProjectFiles> {
  const entries = await git(folder, ["ls-tree", "-z", await findCommit(folder, ref), "./"]);
  const files = entries.split("\0").flatMap((entry) => {
    // `100644 blob 3f1e… Pulumi.dev.yaml`, with a tab before the name; 120000 would be a link.
    const [, blob, name = ""] = /^100\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    return blob === undefined || !isPulumiFile(name) ? [] : [{ name, blob }];
  });
  const contents = files.map(
    async ({ name, blob }) => [name, await readBlob(folder, blob)] as const,
  );
  return new Map(await Promise.all(contents));
}

/** As bytes: what is no UTF-8 must not be mended on the way. */
async function readBlob(folder: string, blob: string): Promise<Uint8Array> {
  const options = { cwd: folder, maxBuffer: MAX_BYTES, encoding: "buffer" } as const;
  return (await run("git", ["cat-file", "blob", blob], options)).stdout;
}

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Lists the paths, from the folder, of all that differs between a commit, branch or tag and the folder as it stands:
 * what was committed since, what was not, and what git does not know yet, unless it is ignored. Throws where
 * `readFilesAt` throws.
 */
export async function listChangedPaths(folder: string, ref: string): Promise<readonly string[]> {
  const commit = await findCommit(folder, ref);
  // Without renames: a file that was moved away is a change of its old path, too.
  const diff = ["diff", "--name-only", "-z", "--relative", "--no-renames", "--no-ext-diff"];
  const lists = await Promise.all([
    git(folder, [...diff, "--ignore-submodules=none", commit, "--"]),
    git(folder, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  return lists.flatMap((list) => list.split("\0").filter((path) => path !== ""));
}

async function findCommit(folder: string, ref: string): Promise<string> {
  // --end-of-options: a name that begins with a dash is a name.
  const find = ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`];
  const commit = await git(folder, find).catch((error: Error) => {
    const hint = "it must be a commit, branch or tag that this clone has (a shallow one has few)";
    throw new UsageError(`--base is ${JSON.stringify(ref)}; ${hint}; ${error.message}`);
  });
  return commit.trim();
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run("git", args, { cwd: folder, maxBuffer: MAX_BYTES });
    return stdout;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`git ${args[0]}: ${stderr.trim() || String(error)}`, { cause: error });
  }
}
