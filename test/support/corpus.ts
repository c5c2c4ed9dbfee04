/**
 * Reads stack files that contain their own expectations: `# expect: …` lines, one for each problem
 * or finding.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { formatProblem } from "../../policy/settings/problems.ts";
import { isRefused, reviewStacks } from "../../policy/review/review.ts";
import { describeFinding } from "../../policy/rules/rules.ts";
import { ROOT, toProject } from "./settings.ts";

/** The day for which every expectation is written. */
export const TODAY = "2026-11-22";

/** A stack file and its expectations. */
interface CorpusFile {
  readonly name: string;
  readonly text: string;
  /**
   * The expectations: `deployable` where no error stops a deploy; `error …` and `warning …` as a
   * review prints them.
   */
  readonly expected: readonly string[];
}

/** Reads every stack file of the corpus. */
export function readCorpus(): readonly CorpusFile[] {
  const folder = join(ROOT, "test/fixtures/corpus");
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const lines = text.split(/\r?\n/);
      const expected = lines.flatMap((line) => /^# expect: (.+)$/.exec(line)?.[1] ?? []);
      return { name: file.replace(/\.yaml$/, ""), text, expected };
    });
}

/** Formats what a review finds in the form of the expectations. */
export async function reviewFile({ name, text }: Omit<CorpusFile, "expected">): Promise<string[]> {
  const [review] = await reviewStacks(toProject({ [name]: text }), { today: TODAY });
  if (review?.kind === "unreadable") {
    return review.problems.map((problem) => `error ${formatProblem(problem)}`);
  }
  if (review?.kind !== "reviewed") throw new Error(`${name} was not reviewed`);
  const findings = review.findings.map(
    (finding) => `${finding.severity} ${formatProblem(describeFinding(finding))}`,
  );
  return isRefused(review) ? findings : ["deployable", ...findings];
}
