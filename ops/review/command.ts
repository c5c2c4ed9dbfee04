/**
 * Runs `npm run review`: reports what the stack files say, which rules they break, and what a change
 * of them means. Reads stack files and evidence as data and nothing else of the folder under review,
 * so that one version can review another's files.
 */
import { statSync } from "node:fs";

import { printableJson } from "../../policy/harmless.ts";
import { showKey } from "../../policy/looks-secret.ts";
import { changedCode, codeMarkdown, codeText, type ChangedCode } from "../../policy/review/code.ts";
import { changedFirst, reviewMarkdown, reviewText } from "../../policy/review/render.ts";
import { isRefused, reviewStacks, toJson, type StackReview } from "../../policy/review/review.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { UsageError } from "../cli/errors.ts";
import { print, printError } from "../cli/print.ts";
import { checkStacks, readEvidenceOf, readFiles } from "../cli/stacks.ts";
import { parseChoice, readArguments } from "../cli/arguments.ts";
import { readProject } from "../../policy/stack/project.ts";

const USAGE = `usage: npm run review [-- --base REF] [--stack NAME] [--format text|markdown|json] [--dir FOLDER]

  --base    a commit, branch or tag of the folder's repository to compare with; changed code that keeps
            what the stack files say is listed first
  --stack   one stack only; may be repeated
  --format  text (for a terminal), markdown (for a pull request) or json
  --dir     the folder with the stack files (here)

exit code: 0 deployable, 1 a rule is broken or a stack file cannot be read, 2 invalid arguments,
or a folder, commit or evidence (docs/evidence) that cannot be read`;

/** One part of what is printed: the changed code comes before the reviews, whose statements rest on it. */
type Part = ChangedCode | StackReview;

const FORMATS = {
  text: formatParts(codeText, reviewText),
  markdown: formatParts(codeMarkdown, reviewMarkdown),
  json: (parts: readonly Part[]) =>
    printableJson(
      parts.map((part) => (part.kind === "code" ? part : toJson(part))),
      2,
    ),
};

function formatParts(ofCode: typeof codeText, ofReview: typeof reviewText) {
  return (parts: readonly Part[]) =>
    changedFirst<ChangedCode>(parts)
      .map((part) => (part.kind === "code" ? ofCode(part) : ofReview(part)))
      .join("\n\n");
}

const OPTIONS = {
  base: { type: "string" },
  stack: { type: "string", multiple: true, default: [] as string[] },
  format: { type: "string", default: "text" },
  dir: { type: "string" },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: review });

async function review({ base, stack, ...args }: Values<typeof OPTIONS>): Promise<boolean> {
  const { format, dir } = readArguments({
    format: () => parseChoice("--format", args.format, ["text", "markdown", "json"]),
    dir: () => requireFolder(args.dir ?? process.cwd()),
  });
  // What starts processes is loaded for a comparison alone.
  const git = base === undefined ? undefined : await import("./git.ts");
  const project = readFiles(dir);
  const before =
    git && base !== undefined ? readProject(await git.readFilesAt(dir, base)) : undefined;
  const names = [...new Set([...project.stacks.keys(), ...(before?.stacks.keys() ?? [])])];
  if (names.length === 0) throw new UsageError(`${dir} has no stack file, Pulumi.<stack>.yaml`);
  checkStacks(stack, names);

  const today = new Date().toISOString().slice(0, 10);
  const reviews = await reviewStacks(project, { before, evidence: readEvidenceOf(dir), today });
  const isShown = (one: StackReview) =>
    stack.length === 0 || one.kind === "project" || stack.includes(one.stack);
  const shown = reviews.filter(isShown);
  const code =
    git && base !== undefined ? changedCode(await git.listChangedPaths(dir, base)) : undefined;
  print(FORMATS[format](code === undefined ? shown : [code, ...shown]));
  for (const left of reviews.filter((one) => one.kind === "unreadable" && !isShown(one))) {
    printError(
      `Pulumi.${showKey(left.stack)}.yaml cannot be deployed as it stands, so the rules about what stacks share (shared-…) leave it out: npm run review -- --stack ${showKey(left.stack)}`,
    );
  }
  return !shown.some(isRefused);
}

function requireFolder(dir: string): string {
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true) return dir;
  throw new UsageError(`--dir is ${JSON.stringify(dir)}; there is no such folder`);
}
