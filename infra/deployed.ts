/** What a deploy runs for: one stack, and the project whose file it has. */
import * as pulumi from "@pulumi/pulumi";

import { readProject, type Project } from "../policy/stack/project.ts";
import { readProjectFiles } from "./project-files.ts";

export interface Deployed {
  /** The stack's name, as in `Pulumi.<name>.yaml`. */
  readonly name: string;
  /** The folder of Pulumi.yaml. */
  readonly folder: string;
  /** The files of that folder as they were when the program began. */
  readonly project: Project;
}

/** Returns the name of the stack that Pulumi runs, which it may have as `org/project/name`. */
export function stackName(full = pulumi.getStack()): string {
  return full.split("/").at(-1) ?? "";
}

/** Reads the project that Pulumi runs. Throws as readProjectFiles does. */
export function readDeployed(folder = pulumi.getRootDirectory(), name = stackName()): Deployed {
  return { name, folder, project: readProject(readProjectFiles(folder)) };
}
