/**
 * Writes the comments of a pull request, one for each stack. Reads what other jobs left as data,
 * runs nothing of it, and reaches nothing: the workflow posts what is written here.
 */
import { join } from "node:path";

import { defineCommand, type Values } from "../cli/define-command.ts";
import { CommandError } from "../cli/errors.ts";
import { makeFolder, writeOutput } from "../cli/output-file.ts";
import { print } from "../cli/print.ts";
import { invalidValue, parseAddress, readArguments, requireOption } from "../cli/arguments.ts";
import { commentBody } from "./body.ts";
import { readData } from "./data-file.ts";
import { refuses, type PreviewState } from "./judge.ts";
import { PreviewFile, summarize } from "./preview-file.ts";
import { ReviewFile, type Parts } from "./review-file.ts";

const USAGE = `usage: npm run comment -- --review FILE --out FOLDER --run ADDRESS --commit HASH [--previews FOLDER]

  --review    what npm run review -- --format json printed
  --previews  a folder of STACK.json, each what pulumi preview --json printed; without it, none was due
  --out       where STACK.md is written for each stack
  --run       where the review and the previews stand in full
  --commit    what they are of

exit code: 0 written, 1 written and refused: a gateway would be replaced or deleted without a waiver, or a preview
that was due is missing; 2 wrong words, or a file that cannot be read or written`;

const OPTIONS = {
  review: { type: "string" },
  previews: { type: "string" },
  out: { type: "string" },
  run: { type: "string" },
  commit: { type: "string" },
} as const;

export const command = defineCommand({ usage: USAGE, options: OPTIONS, run: writeComments });

async function writeComments({ previews, ...args }: Values<typeof OPTIONS>): Promise<boolean> {
  const { review, out, ...source } = readArguments({
    review: () => requireOption("--review", args.review, "a file"),
    out: () => requireOption("--out", args.out, "a folder"),
    run: () => parseAddress("--run", args.run, "https://github.com/you/gateway/actions/runs/7"),
    commit: () => requireHash(args.commit),
  });
  const parts = await readReview(review);
  const today = new Date().toISOString().slice(0, 10);
  await makeFolder("--out", out);
  let isRefused = false;
  for (const each of parts.filter((part) => "stack" in part)) {
    const preview = await readPreview(previews, each.stack);
    const comment = { review: each, preview, today, parts, source };
    await writeOutput("--out", join(out, `${each.stack}.md`), commentBody(comment));
    if (refuses(comment)) isRefused = true;
    print(`${each.stack}  ${refuses(comment) ? "refused: see its comment" : "not refused"}`);
  }
  return !isRefused;
}

async function readReview(file: string): Promise<Parts> {
  const parts = await readData(file, ReviewFile);
  if (parts !== undefined) return parts;
  throw new CommandError(`--review is ${JSON.stringify(file)}; there is no such file`);
}

async function readPreview(folder: string | undefined, stack: string): Promise<PreviewState> {
  if (folder === undefined) return { kind: "not due" };
  const digest = await readData(join(folder, `${stack}.json`), PreviewFile);
  return digest === undefined ? { kind: "missing" } : { kind: "read", preview: summarize(digest) };
}

function requireHash(text: string | undefined): string {
  if (text !== undefined && /^[0-9a-f]{7,64}$/.test(text)) return text;
  throw invalidValue("--commit", text, "is the hash of a commit");
}
