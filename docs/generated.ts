/** Writes generated files, or lists those that are not as they would be written. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import { workflowLogText } from "../policy/harmless.ts";
import { reasonOf } from "../policy/reason.ts";

/** The text of each generated file, by its path in the project; undefined removes the file. */
export type Generated = ReadonlyMap<string, string | undefined>;

/** Lists the files that differ from what is generated. */
export async function listStale(project: string, files: Generated): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const [name, text] of files) {
    const found = await readFile(join(project, name), "utf8").catch(() => undefined);
    if (found !== text) stale.push(name);
  }
  return stale;
}

/** Writes all files, and removes those that have no text. */
export async function writeFiles(project: string, files: Generated): Promise<void> {
  for (const [name, text] of files) {
    const file = join(project, name);
    await mkdir(dirname(file), { recursive: true });
    await (text === undefined ? rm(file, { force: true }) : writeFile(file, text));
  }
}

/** Runs `npm run NAME [-- --check]` for the files of this project, and returns the exit code. */
export async function runGenerator(
  name: string,
  generate: (project: string) => Promise<Generated>,
): Promise<number> {
  const usage = `usage: npm run ${name} [-- --check]

  --check  write nothing; exit code 1 where a file is not as it would be written`;
  try {
    const { values } = parseArgs({
      options: { check: { type: "boolean" }, help: { type: "boolean" } },
    });
    if (values.help === true) console.log(usage);
    else return await generateOrCheck(name, generate, values.check === true);
    return 0;
  } catch (error) {
    const isUsage = String(Object(error).code).startsWith("ERR_PARSE_ARGS");
    console.error(workflowLogText(`error: ${reasonOf(error)}${isUsage ? `\n\n${usage}` : ""}`));
    return isUsage ? 2 : 1;
  }
}

async function generateOrCheck(
  name: string,
  generate: (project: string) => Promise<Generated>,
  isCheck: boolean,
): Promise<number> {
  const project = join(import.meta.dirname, "..");
  const files = await generate(project);
  const stale = await listStale(project, files);
  if (!isCheck) {
    await writeFiles(project, files);
    const written = [...files].flatMap(([file, text]) => (text === undefined ? [] : [file]));
    console.log(`wrote ${written.join(", ")}`);
  } else if (stale.length > 0) {
    console.error(workflowLogText(`not as npm run ${name} writes it: ${stale.join(", ")}`));
  }
  return isCheck && stale.length > 0 ? 1 : 0;
}
