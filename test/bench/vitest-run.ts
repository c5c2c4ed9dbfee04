import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { z } from "zod";

import { ROOT } from "../../local/paths.js";

export interface Run {
  readonly tests: number;
  readonly failed: number;
  /** All in milliseconds. From the start of the process to its end. */
  readonly wallMs: number;
  /** From vitest's start to the end of the last test. */
  readonly runMs: number;
  /** The tests alone, without imports and hooks, summed. */
  readonly testsMs: number;
}

const report = z.object({
  startTime: z.number(),
  numTotalTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      endTime: z.number(),
      assertionResults: z.array(z.object({ duration: z.number().nullish() })),
    }),
  ),
});

/** One `vitest run`, as vitest reports it. A failed test is in the result; throws when vitest wrote no report. */
export async function runVitest(...filters: readonly string[]): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), "ai-gateway-bench-"));
  const file = join(folder, "report.json");
  try {
    const startedAt = performance.now();
    const output = await vitest("run", "--reporter=json", `--outputFile=${file}`, ...filters);
    const wallMs = performance.now() - startedAt;
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new Error(`vitest wrote no report; it printed:\n${output}`, { cause });
    });
    const { startTime, testResults, ...counts } = report.parse(JSON.parse(text));
    const durations = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ duration }) => duration ?? 0);
    return {
      tests: counts.numTotalTests,
      // A file that does not load holds no test, and has failed all the same.
      failed: counts.numFailedTests || counts.numFailedTestSuites,
      wallMs,
      runMs: Math.max(startTime, ...testResults.map(({ endTime }) => endTime)) - startTime,
      testsMs: durations.reduce((sum, duration) => sum + duration, 0),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function vitest(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, "node_modules/.bin/vitest"), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(chunks.join("")));
  });
}
