// @ts-check
// `npm ci` runs this as its last step. JavaScript, because the machine's own Node runs it where the
// project's was left out.
import { existsSync, readFileSync } from "node:fs";

/**
 * @typedef {{ version?: string, os?: string | string[], cpu?: string | string[], libc?: string | string[] }} Platform
 * @typedef {Platform & { optionalDependencies?: Record<string, string> }} Entry
 */

/** @type {{ packages: Record<string, Entry> }} */
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));

// npm leaves out an optional package whose contents have another hash than the lock file, and ends
// with 0. Each binary is such a package.
const missing = Object.entries(packages)
  .filter(([folder]) => existsSync(folder || "node_modules"))
  .flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).map((name) => locate(folder, name)),
  )
  .filter((folder) => isForThisMachine(packages[folder] ?? {}) && !existsSync(folder));

for (const folder of new Set(missing)) {
  const name = folder.replace(/^.*node_modules\//, "");
  console.error(
    `error: npm left out ${name} ${packages[folder]?.version}, which this machine needs: its contents ` +
      "do not have the hash in package-lock.json (EINTEGRITY), or the registry does not have it; " +
      "`npm ci --loglevel=http` shows which",
  );
  process.exitCode = 1;
}

/**
 * Returns where the lock file places a dependency of a package.
 *
 * @param {string} folder
 * @param {string} name
 */
function locate(folder, name) {
  const nested = `${folder}/node_modules/${name}`;
  return nested in packages ? nested : `node_modules/${name}`;
}

/** @param {Platform} entry */
function isForThisMachine({ os, cpu, libc }) {
  if (os === undefined || cpu === undefined) return false;
  const isListed = [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
  return isListed && (libc === undefined || [libc].flat().includes(libcOfNode()));
}

/** Returns the C library of this Node, by npm's names. */
function libcOfNode() {
  /** @type {{ header?: { glibcVersionRuntime?: string } }} */
  const { header } = JSON.parse(JSON.stringify(process.report.getReport()));
  return header?.glibcVersionRuntime === undefined ? "musl" : "glibc";
}
