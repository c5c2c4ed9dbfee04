/**
 * Whoever forks this project edits its stack files first, and their suite must stay green: what must hold of the shipped
 * ones holds of any.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { expect, test, vi } from "vitest";

import { writePolicyPages } from "../../docs/policy-pages.ts";
import { arbitraryFork, type Fork } from "../support/arbitrary-fork.ts";
import { runs } from "../support/runs.ts";
import { findUndeclared } from "../support/shipped-program.ts";
import { CHECKS } from "../support/shipped.ts";
import { writeFork } from "../support/write-fork.ts";

// The program looks for the other stacks in its own folder, which is this project's.
const fork = vi.hoisted(() => ({ folder: "" }));
vi.mock("../../infra/project-files.ts", async (importOriginal) => {
  const original = await importOriginal<typeof import("../../infra/project-files.ts")>();
  return { ...original, readStackFiles: () => original.readStackFiles(fork.folder) };
});

test("what holds of the shipped stack files holds of any fork's", { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(arbitraryFork, (edits) =>
      inFork(edits, async (folder) => {
        for (const [promise, check] of CHECKS) {
          expect([promise, await check(folder)]).toEqual([promise, []]);
        }
      }),
    ),
    runs(8, 500),
  ),
);

test("the program runs for every stack of a fork", { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(arbitraryFork, (edits) =>
      inFork(edits, async (folder) => expect(await findUndeclared(folder)).toEqual([])),
    ),
    runs(2, 100),
  ),
);

/** Writes a fork with its pages into a folder that lasts as long as its use. */
async function inFork(edits: Fork, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fork-"));
  try {
    fork.folder = folder;
    await writeFork(folder, edits);
    await writePolicyPages(folder);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
