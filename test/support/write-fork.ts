import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parseDocument } from "yaml";

import { readStackFiles } from "../../infra/project-files.ts";
import type { Fork } from "./arbitrary-fork.ts";
import { ROOT } from "./settings.ts";

/**
 * Writes a fork's edits into a folder: its stack files in place of others, and workflows derived
 * from this project's.
 */
export async function writeFork(folder: string, { project, stacks }: Fork): Promise<void> {
  const names = Object.keys(stacks);
  for (const other of readStackFiles(folder).keys()) await rm(join(folder, `Pulumi.${other}.yaml`));
  await cp(join(ROOT, ".github"), join(folder, ".github"), { recursive: true });
  await writeFile(join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  for (const [name, text] of Object.entries(stacks)) {
    await writeFile(join(folder, `Pulumi.${name}.yaml`), text);
  }
  const matrix = ["strategy", "matrix", "stack"];
  await editWorkflow(folder, "preview.yml", [["preview", ...matrix], names]);
  await editWorkflow(folder, "drift.yml", [["look", ...matrix], names]);
  await editWorkflow(folder, "deploy.yml", [[], Object.fromEntries(names.map(toDeploy))]);
}

/** Sets the value at a path below the jobs of a workflow. */
async function editWorkflow(
  folder: string,
  file: string,
  [path, value]: readonly [readonly string[], unknown],
): Promise<void> {
  const workflow = join(folder, ".github/workflows", file);
  const document = parseDocument(await readFile(workflow, "utf8"));
  document.setIn(["jobs", ...path], value);
  await writeFile(workflow, document.toString({ lineWidth: 0, flowCollectionPadding: false }));
}

/** Makes the job that deploys a stack, after the one before it. */
function toDeploy(name: string, index: number): [string, object] {
  const job = {
    ...(index > 0 && { needs: `stack-${index - 1}` }),
    uses: "./.github/workflows/deploy-stack.yml",
    with: { stack: name },
    secrets: "inherit",
    permissions: { contents: "read" },
  };
  return [`stack-${index}`, job];
}
