/**
 * How often a property runs: a sample that is the same for everybody in the suite, so that a red one is nobody's bad
 * luck, and a wide one that is new each time in `npm run soak`. fast-check prints the seed of a failure in both.
 */
export const isSoak = process.env["MODE"] === "soak";

// One for a whole process: properties over the same values see the same ones, and may share what is made of them.
const seed = isSoak ? Math.trunc(Math.random() * 0x7fff_ffff) : 20_261_129;

// So long a property runs, or a failure is made smaller, at most. Not less: what is interrupted runs on for a while, and in
// a Pulumi whose state is the process's it would mix with the next test (seen with 10 s on a busy machine).
const interruptAfterTimeLimit = isSoak ? 1_200_000 : 60_000;

/** Returns fast-check's parameters for a property that runs so often in the suite, and so often in the soak. */
export function runs(suite: number, soak: number) {
  return { numRuns: isSoak ? soak : suite, seed, interruptAfterTimeLimit };
}
