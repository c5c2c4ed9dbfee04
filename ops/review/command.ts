/**
 * What the stack files say, which rules they break, and what a change of them means. Reads stack files and evidence as
 * data and nothing else of the folder under review, so that one version can review another's files.
 */
import { existsSync } from "node:fs";

import { readEvidence } from "../../infra/evidence-files.ts";
import type { Evidence } from "../../policy/evidence/evidence.ts";
import { reviewMarkdown, reviewText } from "../../policy/review/render.ts";
import { isRefused, reviewStacks, toJson, type StackReview } from "../../policy/review/review.ts";
import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError, reasonOf, UsageError } from "../cli/errors.ts";
import { checkStacks, readTexts } from "../cli/stacks.ts";
import { parseChoice, readArguments } from "../cli/arguments.ts";
import { readStackFilesAt } from "./git.ts";

const USAGE = `usage: npm run review [-- --base REF] [--stack NAME] [--format text|markdown|json] [--dir FOLDER]

  --base    a commit, branch or tag of the folder's repository to compare with
  --stack   one stack only; may be repeated
  --format  text (for a terminal), markdown (for a pull request) or json
  --dir     the folder with the stack files (here)

exit code: 0 deployable, 1 a rule is broken or a stack file cannot be read, 2 invalid arguments,
or a folder, commit or evidence (docs/evidence) that cannot be read`;

const FORMATS = {
  text: (reviews: readonly StackReview[]) => reviews.map(reviewText).join("\n\n"),
  markdown: (reviews: readonly StackReview[]) => reviews.map(reviewMarkdown).join("\n\n"),
  json: (reviews: readonly StackReview[]) => JSON.stringify(reviews.map(toJson), null, 2),
};

const OPTIONS = {
  base: { type: "string" },
  stack: { type: "string", multiple: true, default: [] as string[] },
  format: { type: "string", default: "text" },
  dir: { type: "string", default: process.cwd() },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: review });

async function review({ base, stack, ...args }: Values<typeof OPTIONS>): Promise<boolean> {
  const { format, dir } = readArguments({
    format: () => parseChoice("--format", args.format, ["text", "markdown", "json"]),
    dir: () => requireFolder(args.dir),
  });
  const files = readTexts(dir);
  const before = base === undefined ? undefined : await readStackFilesAt(dir, base);
  const names = [...new Set([...files.keys(), ...(before?.keys() ?? [])])];
  if (names.length === 0) throw new UsageError(`${dir} has no stack file, Pulumi.<stack>.yaml`);
  checkStacks(stack, names);

  const today = new Date().toISOString().slice(0, 10);
  const reviews = await reviewStacks(files, { before, evidence: evidenceOf(dir), today });
  const shown = reviews.filter((one) => stack.length === 0 || stack.includes(one.stack));
  console.log(FORMATS[format](shown));
  return !shown.some(isRefused);
}

function evidenceOf(dir: string): readonly Evidence[] {
  try {
    return readEvidence(dir);
  } catch (error) {
    throw new CommandError(reasonOf(error));
  }
}

function requireFolder(dir: string): string {
  if (existsSync(dir)) return dir;
  throw new UsageError(`--dir is ${JSON.stringify(dir)}; there is no such folder`);
}
