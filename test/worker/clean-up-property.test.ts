/** What no run may do and what runs must get done, in any world. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { cleanUp } from "../../worker/retention/clean-up.ts";
import { DAY_MS, ENV, NOW, simulate, type Fault, type World } from "../support/logs-api.ts";
import { runs } from "../support/runs.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KEEP_MS = ENV.KEEP_DAYS * DAY_MS;
// Of both clocks that a run reads, either way.
const skew = fc.integer({ min: -9 * MINUTE_MS, max: 9 * MINUTE_MS });

// Where a mistake shows: just younger and just older than the days to keep.
const age = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -30, max: 30 }).map((x) => KEEP_MS + x * MINUTE_MS) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 }).map((days) => days * DAY_MS) },
);

const fault = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>("none") },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Fault>("429", "503", "broken before", "broken after", "503 after"),
  },
);

const arbitraryWorld = fc.record({
  ages: fc.array(age, { maxLength: 30 }),
  workerAheadMs: skew,
  serverAheadMs: skew,
  lagMs: fc.constantFrom(0, 700, 5000, 20_000),
  maxDeletion: fc.integer({ min: 10, max: 50 }),
});

/** The lies of an API about a list, a count, or a parameter of a deletion. */
const LIES: readonly Partial<World>[] = [
  { withoutTotal: true },
  { falseTotal: "0" },
  { falseTotal: "of all logs" },
  { totalLagMs: 20_000 },
  { totalLagMs: 2 * HOUR_MS },
  { ignoresFilterOf: ["GET"] },
  { ignoresFilterOf: ["DELETE"] },
  { ignoresFilterOf: ["GET", "DELETE"] },
  { ignoresOrderOf: ["GET"] },
  { ignoresOrderOf: ["DELETE"] },
  { ignoresLimit: true },
  { ignoresPage: true },
  { refusesPages: true },
];

const atMostTwo = fc
  .uniqueArray(fc.constantFrom(...LIES), { maxLength: 2 })
  .map((each): Partial<World> => Object.assign({}, ...each));

/** Whether a single request, which heeds its limit or not, may take a young log. */
function isLost({ ignoresFilterOf = [], ignoresOrderOf = [], ignoresLimit }: Partial<World>) {
  const isUnfiltered = ignoresFilterOf.includes("DELETE") && !ignoresFilterOf.includes("GET");
  return isUnfiltered && (ignoresLimit === true || ignoresOrderOf.includes("DELETE"));
}

test("no run ever deletes a young log: with clocks ahead, failures, repeats, lies, two at a time", async () => {
  const more = {
    faults: fc.array(fault, { maxLength: 30 }),
    maxDeletion: fc.integer({ min: 0, max: 50 }),
    lagMs: fc.constantFrom(0, 700, 5000, 20_000, 90_000),
    lies: atMostTwo.filter((each) => !isLost(each)),
    atOnce: fc.constantFrom(1, 2),
    maxSubrequests: fc.constantFrom(50, 1000),
  };
  await forAny(fc.tuple(arbitraryWorld, fc.record(more)), async ([base, { lies, ...rest }]) => {
    const world = toWorld({ ...base, ...rest, ...lies });
    // Of two at once, one may count what the other deletes: then a filter alone protects.
    const atOnce = lies.ignoresFilterOf?.includes("DELETE") === true ? 1 : rest.atOnce;
    for (let hour = 0; hour < 2; hour += 1) {
      world.time = Math.max(world.time, NOW + hour * HOUR_MS);
      await runAtOnce(world, atOnce, rest.maxSubrequests);
    }

    expect(youngDeleted(world)).toEqual([]);
  });
});

test("a deletion without filter that takes young logs is a run's first and last", async () => {
  const ignored = fc.constantFrom<Partial<World>>(
    { ignoresOrderOf: ["DELETE"] },
    { ignoresLimit: true },
    { ignoresOrderOf: ["DELETE"], ignoresLimit: true },
  );
  const more = fc.record({ count: fc.constantFrom(...LIES.slice(0, 5)), lie: ignored });
  await forAny(fc.tuple(arbitraryWorld, more), async ([base, { count, lie }]) => {
    const ages = [...new Set(base.ages)];
    const world = toWorld({ ...base, ages, ...count, ...lie, ignoresFilterOf: ["DELETE"] });
    const { calls, platform } = simulate(world);
    const { ended } = await cleanUp(ENV, platform);

    if (youngDeleted(world).length === 0) return;
    expect(ended).toBe("filter ignored");
    const deletions = calls.filter(({ method }) => method === "DELETE");
    expect(deletions.map(({ url }) => url.searchParams.get("limit"))).toEqual(["1"]);
  });
});

test("no log is left for more than two runs where the API works", async () => {
  await forAny(arbitraryWorld, async (base) => {
    const world = toWorld(base);
    // Old also by the clock that is furthest behind, with the margin.
    const isDue = ({ created }: { created: number }) => NOW - created > KEEP_MS + 20 * MINUTE_MS;
    const due = world.logs.filter(isDue);
    await runAtOnce(world, 1, 50);
    world.time = Math.max(world.time, NOW + HOUR_MS);
    await runAtOnce(world, 1, 50);

    expect(due.filter(({ deleted }) => deleted === undefined)).toEqual([]);
  });
});

test("a run after failures finds what they left", async () => {
  const faulty = fc.tuple(arbitraryWorld, fc.array(fault, { minLength: 5, maxLength: 20 }));
  await forAny(faulty, async ([base, faults]) => {
    const world = toWorld({ ...base, faults });
    await runAtOnce(world, 1, 50);
    const healthy = { ...world, faults: [], time: Math.max(world.time, NOW + HOUR_MS) };
    await runAtOnce(healthy, 1, 50);
    healthy.time = Math.max(healthy.time, NOW + 2 * HOUR_MS);
    const [report] = await runAtOnce(healthy, 1, 50);

    expect(report).toMatchObject({ ended: "done", isBehind: false });
  });
});

test("an API without counts is cleaned up log by log", async () => {
  const world = fc.tuple(arbitraryWorld, fc.constantFrom(...LIES.slice(0, 3)));
  await forAny(world, async ([base, lie]) => {
    const scene = toWorld({ ...base, ...lie });
    const isOld = ({ created }: { created: number }) => NOW - created > KEEP_MS + 20 * MINUTE_MS;
    const old = scene.logs.filter(isOld);
    for (let hour = 0; hour < 8; hour += 1) {
      scene.time = Math.max(scene.time, NOW + hour * HOUR_MS);
      await runAtOnce(scene, 1, 50);
    }

    expect(old.filter(({ deleted }) => deleted === undefined)).toEqual([]);
  });
});

function youngDeleted({ logs }: World): readonly World["logs"][number][] {
  return logs.filter(
    ({ created, deleted }) => deleted !== undefined && deleted - created < KEEP_MS,
  );
}

async function forAny<T>(worlds: fc.Arbitrary<T>, check: (world: T) => Promise<void>) {
  await fc.assert(fc.asyncProperty(worlds, check), runs(100, 10_000));
}

function toWorld({ ages, ...rest }: Partial<World> & { readonly ages: readonly number[] }): World {
  return { ...rest, time: NOW, logs: ages.map((each) => ({ created: NOW - each })) };
}

async function runAtOnce(world: World, count: number, MAX_SUBREQUESTS: number) {
  const run = async () => cleanUp({ ...ENV, MAX_SUBREQUESTS }, simulate(world).platform);
  return Promise.all(Array.from({ length: count }, run));
}
