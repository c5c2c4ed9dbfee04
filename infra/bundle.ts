import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

export interface Bundle {
  /** From the project's root, which is the program's working directory: equal on every machine. */
  readonly file: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Bundles `worker/<name>/index.ts` into one module, `dist/<name>.js`. The same sources give the same bytes
 * in every folder and on every Node: relative entry, no source map, an exact esbuild.
 */
export async function bundleWorker(name: string): Promise<Bundle> {
  const file = `dist/${name}.js`;
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`worker/${name}/index.ts`],
    outfile: file,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    legalComments: "none",
    sourcemap: false,
    logLevel: "silent",
    write: false,
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made no file out of worker/${name}/index.ts`);
  const bytes = output.contents;

  // Renamed into place: a program that runs beside this one never reads half a file.
  const path = join(ROOT, file);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(join(ROOT, "dist"), { recursive: true });
  await writeFile(unfinished, bytes);
  await rename(unfinished, path);
  return { file, sha256: createHash("sha256").update(bytes).digest("hex") };
}
