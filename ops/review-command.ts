/**
 * What the stack files say, which rules they break, and what a change of them means. Reads stack
 * files as data and nothing else of the folder under review, so that one version can review another's files.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";

import { readStackFiles } from "../infra/stack-files.ts";
import { reviewMarkdown, reviewText } from "../policy/render-review.ts";
import { isRefused, reviewStacks, toJson, type StackReview } from "../policy/review.ts";
import { readStackFilesAt } from "./git.ts";

const USAGE = `usage: npm run review [-- --base REF] [--stack NAME] [--format text|markdown|json] [--dir FOLDER]

  --base    a commit, branch or tag of the folder's repository to compare with
  --stack   one stack only; may be repeated
  --format  text (for a terminal), markdown (for a pull request) or json
  --dir     the folder with the stack files (here)

exit code: 0 deployable, 1 a rule is broken or a stack file cannot be read, 2 wrong words,
or a folder or commit that cannot be read`;

const FORMATS = {
  text: (reviews: readonly StackReview[]) => reviews.map(reviewText).join("\n\n"),
  markdown: (reviews: readonly StackReview[]) => reviews.map(reviewMarkdown).join("\n\n"),
  json: (reviews: readonly StackReview[]) => JSON.stringify(reviews.map(toJson), null, 2),
};

try {
  const { values: args } = parseArgs({
    options: {
      base: { type: "string" },
      stack: { type: "string", multiple: true, default: [] },
      format: { type: "string", default: "text" },
      dir: { type: "string", default: process.cwd() },
      help: { type: "boolean", default: false },
    },
  });
  if (args.help) console.log(USAGE);
  else await review(args);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const forgotten = message.startsWith("Unexpected argument")
    ? " (npm needs -- before options)"
    : "";
  console.error(`error: ${message}${forgotten}\n\n${USAGE}`);
  process.exitCode = 2;
}

interface Args {
  readonly base?: string;
  readonly stack: readonly string[];
  readonly format: string;
  readonly dir: string;
}

async function review({ base, stack, format, dir }: Args): Promise<void> {
  if (!isFormat(format)) {
    throw new Error(`--format is ${JSON.stringify(format)}; allowed are text, markdown and json`);
  }
  if (!existsSync(dir)) throw new Error(`--dir is ${JSON.stringify(dir)}; there is no such folder`);
  const files = readStackFiles(dir);
  const before = base === undefined ? undefined : await readStackFilesAt(dir, base);
  const names = [...new Set([...files.keys(), ...(before?.keys() ?? [])])];
  if (names.length === 0) throw new Error(`${dir} has no stack file, Pulumi.<stack>.yaml`);
  const unknown = stack.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`--stack is ${JSON.stringify(unknown)}; the folder has ${names.join(", ")}`);
  }

  const today = new Date().toISOString().slice(0, 10);
  const reviews = await reviewStacks(files, before, today);
  const shown = reviews.filter((one) => stack.length === 0 || stack.includes(one.stack));
  console.log(FORMATS[format](shown));
  if (shown.some(isRefused)) process.exitCode = 1;
}

function isFormat(text: string): text is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, text);
}
