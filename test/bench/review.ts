import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "../../local/paths.js";
import { STACKS, stackText } from "../support/settings.ts";

export interface ReviewTimes {
  /** Milliseconds of each round: the review of three stacks as a process, and a Node that does nothing. */
  readonly review: readonly number[];
  readonly bare: readonly number[];
}

/** Interleaved, after one round that is not counted, so that compiled code is there. */
export function measureReview(rounds: number): ReviewTimes {
  const folder = mkdtempSync(join(tmpdir(), "review-"));
  try {
    cpSync(STACKS, folder, { recursive: true });
    const third = stackText("prod").replaceAll("-prod", "-third");
    writeFileSync(join(folder, "Pulumi.third.yaml"), third.replace("plan: free", "plan: paid"));

    const review = [join(ROOT, "ops/run.js"), "review", "--dir", folder];
    const times = Array.from({ length: rounds + 1 }, () => ({
      review: time(review),
      bare: time(["--eval", "0"]),
    })).slice(1);
    return { review: times.map((each) => each.review), bare: times.map((each) => each.bare) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function time(args: readonly string[]): number {
  const startedAt = performance.now();
  const { stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  // A rule may be broken; that the review could not run may not.
  if (stderr !== "") throw new Error(`${args.join(" ")} printed: ${stderr}`);
  return performance.now() - startedAt;
}
