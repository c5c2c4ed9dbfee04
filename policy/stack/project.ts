/**
 * What Pulumi reads of a project's folder, and whether a reviewer of its stack files sees all of it. The rules of
 * Pulumi: sdk/go/common/workspace/{paths,loaders,project}.go of https://github.com/pulumi/pulumi
 */
import { reasonOf } from "../reason.ts";
import type { Problem } from "../settings/problems.ts";
import { isRecord } from "../json.ts";
import { readYaml, type Content } from "./yaml.ts";

/** A project's files by name: those of its folder that Pulumi may read. */
export type ProjectFiles = ReadonlyMap<string, Content>;

export interface Project {
  /** Stack name → its file, by name. */
  readonly stacks: ReadonlyMap<string, Content>;
  /** The project's name, which is the namespace of a setting without one; undefined where no file says it. */
  readonly name: string | undefined;
  /** What could make Pulumi take settings from elsewhere than the stack files. */
  readonly problems: readonly Problem[];
}

const PROJECT_FILE = "Pulumi.yaml";

/** Whether Pulumi may read a file of this name, in the spelling of any disk. */
export function isPulumiFile(name: string): boolean {
  return /^pulumi\.(?:.+\.)?(?:json|ya?ml)$/i.test(name);
}

/**
 * `Pulumi.dev.yaml` → `dev`; undefined for any other file, the project's own included. `.` and `..` name no stack: as
 * the folder of a stack's own files they lead out of their place.
 */
export function stackOf(file: string): string | undefined {
  return /^Pulumi\.(?!\.{1,2}\.yaml$)([a-zA-Z0-9_.-]+)\.yaml$/.exec(file)?.[1];
}

/** Whether a stack may have this name: whether a file can be its own. */
export function isStackName(name: string): boolean {
  return stackOf(`Pulumi.${name}.yaml`) !== undefined;
}

/** Sorts a folder's files into stacks, and finds what would make Pulumi read others. */
export function readProject(files: ProjectFiles): Project {
  const names = [...files.keys()].filter(isPulumiFile).toSorted();
  const stacks = names.flatMap((name) => {
    const stack = stackOf(name);
    const content = files.get(name);
    return stack === undefined || content === undefined ? [] : [[stack, content] as const];
  });
  const others = names.filter((name) => name !== PROJECT_FILE && stackOf(name) === undefined);
  const project = readProjectFile(files.get(PROJECT_FILE));
  return {
    stacks: new Map(stacks.toSorted(([a], [b]) => a.localeCompare(b))),
    name: project.name,
    problems: [...others.map(describeOther), ...project.problems],
  };
}

function describeOther(name: string): Problem {
  const place = /^pulumi\.[^.]+$/i.test(name) ? PROJECT_FILE : "the stack's file";
  return {
    path: "",
    message: `${name} is there, and Pulumi may read it in place of ${place}, where a review sees nothing of it; remove it, and keep settings in Pulumi.<stack>.yaml`,
  };
}

function readProjectFile(content: Content | undefined): Omit<Project, "stacks"> {
  if (content === undefined) return { name: undefined, problems: [] };
  let project: unknown;
  try {
    project = readYaml(content);
  } catch (error) {
    const message = `${PROJECT_FILE} is ${reasonOf(error)}`;
    return { name: undefined, problems: [{ path: "", message }] };
  }
  const keys = isRecord(project) ? project : {};
  const name = typeof keys["name"] === "string" ? keys["name"] : undefined;
  const problems = Object.entries(MISLEADING)
    .filter(([key]) => Object.hasOwn(keys, key))
    .map(([key, why]) => ({ path: "", message: `${PROJECT_FILE} has ${key}: ${why}` }));
  return { name, problems };
}

/** Keys of Pulumi.yaml with which settings come from elsewhere. */
const MISLEADING = {
  config:
    "Pulumi merges what stands there into every stack, where a review sees nothing of it; move it into Pulumi.<stack>.yaml",
  stackConfigDir:
    "Pulumi then reads the stack files of another folder than the one that is reviewed; remove it",
} as const;
