/** The code on which a review's statements rest: settings hold only as far as this code keeps them. */
import { inCode, oneLine } from "../harmless.ts";
import { isPulumiFile, stackOf } from "../stack/project.ts";
import { count } from "../words.ts";

/** Files that differ from the base, as paths from the project's root. */
export interface ChangedCode {
  readonly kind: "code";
  readonly files: readonly string[];
}

// The bundler of the Worker reads tsconfig.json, and npm prefers npm-shrinkwrap.json to the lock file.
const FILES = new Set([
  ".npmrc",
  "npm-shrinkwrap.json",
  "package-lock.json",
  "package.json",
  "tsconfig.json",
]);
const FOLDERS = new Set([".github", "infra", "policy", "record", "worker"]);

const MAX_NAMED = 5;

/** Tells whether a file carries out the policy. A folder's own name counts: it may become a link or a submodule. */
export function keepsThePromise(path: string): boolean {
  const [top = ""] = path.split("/");
  return FOLDERS.has(top) || FILES.has(path) || isOther(path);
}

/** Whether Pulumi may read a file beside the stack files, whose changes are reported by setting. */
function isOther(path: string): boolean {
  return isPulumiFile(path) && stackOf(path) === undefined;
}

/** Returns undefined where nothing that carries out the policy is among the changed paths. */
export function changedCode(paths: readonly string[]): ChangedCode | undefined {
  const files = paths.filter(keepsThePromise).toSorted();
  return files.length === 0 ? undefined : { kind: "code", files };
}

export function codeText({ files }: ChangedCode): string {
  const groups = groupsOf(files).map(({ name, names, more }) =>
    `      ${oneLine(name)}  ${names.map(oneLine).join(", ")}${more}`.trimEnd(),
  );
  return [`code  ${claim(files)}`, ...groups].join("\n");
}

export function codeMarkdown(code: ChangedCode): string {
  return ["## Code that keeps the policy", "", codeLines(code)].join("\n");
}

/** The same without a heading. */
export function codeLines({ files }: ChangedCode): string {
  const groups = groupsOf(files).map(({ name, names, more }) =>
    `- ${inCode(name)} ${names.map(inCode).join(", ")}${more}`.trimEnd(),
  );
  return [`**Read this first:** ${claim(files)}.`, "", ...groups].join("\n");
}

function claim(files: readonly string[]): string {
  const differ = files.length === 1 ? "differs" : "differ";
  return `what is stated below rests on ${count(files.length, "file")} that ${differ} from the base`;
}

/** Groups files by folder: `worker/ (12)`, the first names, and how many more there are. */
function groupsOf(files: readonly string[]) {
  const folders = Map.groupBy(files, (file) => file.split("/", 1)[0] ?? "");
  return [...folders].map(([top, group]) => {
    if (group.length === 1 && group[0] === top) return { name: top, names: [], more: "" };
    const more = group.length > MAX_NAMED ? ` and ${group.length - MAX_NAMED} more` : "";
    return { name: `${top}/ (${group.length})`, names: group.slice(0, MAX_NAMED), more };
  });
}
