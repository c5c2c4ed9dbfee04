/**
 * `npm run mutation:worker`: Stryker breaks the Worker at one place, and says which in the tests' process. From here it
 * goes on into workerd, and what each test reached there comes back. In any other run this does nothing.
 */
import { afterEach } from "vitest";
import { z } from "zod";

/** How often each place was reached, by its id. */
type Counts = Record<string, number>;

interface Stryker {
  readonly activeMutant?: string;
  /** Only while Stryker learns what each test reaches. */
  readonly currentTestId?: string;
  /** `static` is what ran while a module loaded. */
  mutantCoverage?: { readonly static: Counts; readonly perTest: Record<string, Counts> };
}

declare global {
  // oxlint-disable-next-line no-underscore-dangle -- Stryker's own name, in both processes
  var __stryker__: Stryker | undefined;
}

const PATH = "/__stryker__";
const BROKEN = "broken.js";

/** A Worker that also tells what was reached since it was asked last. */
const WITH_COUNTS = `
import worker from "./${BROKEN}";
export default {
  ...worker,
  fetch(request, env, context) {
    if (new URL(request.url).pathname !== "${PATH}") return worker.fetch(request, env, context);
    const counts = globalThis.__stryker__.mutantCoverage?.static ?? {};
    const taken = { ...counts };
    for (const id of Object.keys(counts)) delete counts[id];
    return Response.json(taken);
  },
};`;

// Undefined in any other run. Stryker makes it once, and changes what is in it.
// oxlint-disable-next-line no-underscore-dangle -- see above
const stryker = globalThis.__stryker__;

const watched: URL[] = [];

if (stryker !== undefined) {
  afterEach(async () => {
    const { currentTestId: test } = stryker;
    if (test !== undefined) await takeCounts(watched, ({ perTest }) => (perTest[test] ??= {}));
  });
}

/** The module of a Worker; under Stryker broken where it wants that, behind one that counts. */
export function workerModules(name: string, contents: string) {
  if (stryker === undefined) return { [name]: esm(contents) };
  const { activeMutant } = stryker;
  const start = `globalThis.__stryker__ = ${JSON.stringify({ activeMutant })};\n`;
  return { [BROKEN]: esm(start + contents), [name]: esm(WITH_COUNTS) };
}

/** To be called before a Worker's first request: what it reached until then, it reached while it loaded. */
export async function watchWorker(url: URL): Promise<void> {
  if (stryker?.currentTestId === undefined) return;
  watched.push(url);
  await takeCounts([url], (coverage) => coverage.static);
}

function esm(contents: string) {
  return { type: "esm", contents } as const;
}

type Coverage = NonNullable<Stryker["mutantCoverage"]>;

async function takeCounts(
  workers: readonly URL[],
  into: (coverage: Coverage) => Counts,
): Promise<void> {
  if (stryker === undefined) return;
  const counts = into((stryker.mutantCoverage ??= { static: {}, perTest: {} }));
  for (const url of workers) {
    const response = await fetch(new URL(PATH, url));
    const taken = z.record(z.string(), z.number()).parse(await response.json());
    for (const [id, count] of Object.entries(taken)) counts[id] = (counts[id] ?? 0) + count;
  }
}
