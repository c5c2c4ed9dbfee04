import { createHash } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** A Worker's script, bundled into one file. */
export interface Bundle {
  /** The path from the program's working directory, which is equal on every machine. */
  readonly file: string;
  /** The SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Bundles `worker/<name>/index.ts` into one module, `dist/<name>.js`. The same sources give the
 * same bytes in every folder and on every Node, because the entry is relative, there is no source
 * map, and the version of esbuild is exact.
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

  // The file is renamed into place, so that a program that runs beside this one never reads half of
  // it.
  const path = join(ROOT, file);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(join(ROOT, "dist"), { recursive: true });
  await writeFile(unfinished, bytes);
  await rename(unfinished, path);
  return { file, sha256: createHash("sha256").update(bytes).digest("hex") };
}
