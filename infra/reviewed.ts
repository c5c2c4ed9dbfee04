/**
 * Holds a deploy to what was reviewed, before its first resource: Pulumi takes settings from more places than the stack
 * file, and reviewers read that file and its page. docs/decisions/one-source.md
 */
import * as pulumi from "@pulumi/pulumi";

import { formatProblem, type Problem } from "../policy/settings/problems.ts";
import { findDifferences, type Handed } from "../policy/stack/handed.ts";
import { readStackOf } from "../policy/stack/read-stack.ts";
import type { Stack } from "../policy/stack/stack.ts";
import { describeStale } from "../policy/statement/page.ts";
import { stateStack } from "../policy/statement/statement.ts";
import type { Deployed } from "./deployed.ts";
import { readPage } from "./project-files.ts";

/**
 * Compares what Pulumi handed over with the stack file in the project's folder, and the file with its policy page.
 * Returns the fingerprint of the policy. Throws a RunError where Pulumi handed over other settings than the file's, where
 * the file cannot be read, and where a production stack's page is stale; elsewhere a stale page is a warning.
 */
export async function keepReviewed(handed: Handed, deployed: Deployed): Promise<string> {
  const { name, folder, project } = deployed;
  const stack = readReviewed(deployed);
  const differences = findDifferences(handed, stack);
  if (differences.length > 0) {
    const elsewhere =
      project.problems.length > 0 ? project.problems.map(formatProblem) : [ELSEWHERE];
    const heading = `Pulumi handed over other settings than Pulumi.${name}.yaml has, so what would be deployed was not reviewed:`;
    const lines = [...differences.map(formatDifference), ...elsewhere];
    throw new pulumi.RunError([heading, ...lines.map((line) => `  ${line}`)].join("\n"));
  }
  const statement = await stateStack(stack);
  const stale = describeStale(name, readPage(folder, name), statement);
  if (stale !== undefined && stack.settings.tier === "production") throw new pulumi.RunError(stale);
  if (stale !== undefined) void pulumi.log.warn(stale);
  return statement.fingerprint;
}

const ELSEWHERE =
  "they may come from an environment (Pulumi ESC), --config-file, -c, or config in another file than this; move them into the stack file, and have it reviewed";

/** A setting of another namespace has its namespace in its name. */
function formatDifference(problem: Problem): string {
  return problem.path.includes(":") ? `${problem.path} ${problem.message}` : formatProblem(problem);
}

function readReviewed({ name, folder, project }: Deployed): Stack {
  if (!project.stacks.has(name)) {
    throw new pulumi.RunError(
      `stack ${name} has no file Pulumi.${name}.yaml in ${folder}; copy another stack's, give it its own gatewayId and worker.name, and run npm run policy`,
    );
  }
  const read = readStackOf(project, name);
  if (!read.ok) throw new pulumi.RunError(read.message);
  return read.stack;
}
