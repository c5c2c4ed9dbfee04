/** The rules of one run, against a Logs API in plain functions. */
import { expect, test } from "vitest";

import { alertOf } from "../../worker/retention/alert.ts";
import { cleanUp, cutoffOf } from "../../worker/retention/clean-up.ts";
import {
  DAY_MS,
  ENV,
  NOW,
  agesLeft,
  logsAged,
  simulate,
  type Fault,
  type World,
} from "../support/logs-api.ts";

/** A world with two old logs, a young one, and what differs. */
function world(changes: Partial<World> = {}): World {
  return { time: NOW, logs: logsAged(45, 31, 1), ...changes };
}

async function run(scene: World, env: Partial<typeof ENV> = {}) {
  const simulation = simulate(scene);
  const report = await cleanUp({ ...ENV, ...env }, simulation.platform);
  const deletions = simulation.calls.filter(({ method }) => method === "DELETE");
  const limits = deletions.map(({ url }) => Number(url.searchParams.get("limit")));
  return { ...simulation, report, deletions, limits };
}

/** The calls before the first deletion: all logs, the newest old one, the oldest, the counted. */
const LOOKS: readonly Fault[] = ["none", "none", "none", "none"];

test("what is older than the days to keep goes, and the line says so", async () => {
  const scene = world();
  const { report } = await run(scene);

  expect(agesLeft(scene)).toEqual([1]);
  expect(report).toEqual({
    stack: "test",
    gateway: "app-test",
    keepDays: 30,
    ended: "done",
    status: undefined,
    cutoff: "2026-10-23T03:07:00.000Z",
    before: 3,
    after: 1,
    deleted: 2,
    oldest: "2026-11-21T03:17:00.000Z",
    full: 0,
    isBehind: false,
    batches: 2,
    requests: 10,
    durationMs: 2000,
  });
  expect(alertOf(report)).toBeUndefined();
});

test("the older of two clocks counts, and ten minutes less", () => {
  const thirtyDaysAndTenMinutes = 30 * DAY_MS + 600_000;

  expect(cutoffOf(30, NOW, NOW + 60_000)).toBe(NOW - thirtyDaysAndTenMinutes);
  expect(cutoffOf(30, NOW + 60_000, NOW)).toBe(NOW - thirtyDaysAndTenMinutes);
});

test("a run with nothing to do deletes nothing", async () => {
  const { report, deletions } = await run(world({ logs: logsAged(29, 1) }));

  expect(deletions).toEqual([]);
  expect(report).toMatchObject({ ended: "done", deleted: 0, batches: 0, requests: 3 });
});

test("every call has the token in its header alone, and none is to another place", async () => {
  const { calls } = await run(world());

  expect(new Set(calls.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer token-of-retention"]),
  );
  expect(calls.filter(({ url }) => url.href.includes("token-of-retention"))).toEqual([]);
});

test("every call says which logs, in which order, and how many", async () => {
  const { calls } = await run(world({ logs: logsAged(45, 1) }));

  const old = '[{"key":"created_at","operator":"lt","value":["2026-10-23T03:07:00.000Z"]}]';
  const order = { order_by: "created_at", meta_info: "true" };
  const two = { ...order, per_page: "2" };
  expect(
    calls.map(({ method, url }) => [method, Object.fromEntries(url.searchParams.entries())]),
  ).toEqual([
    ["GET", { ...two, order_by_direction: "desc" }],
    ["GET", { ...two, order_by_direction: "desc", filters: old }],
    ["GET", { ...two, order_by_direction: "asc", filters: old }],
    // The last of those counted.
    ["GET", { ...order, per_page: "1", page: "1", order_by_direction: "asc", filters: old }],
    ["DELETE", { filters: old, limit: "1", order_by: "created_at", order_by_direction: "asc" }],
    ["GET", { ...two, order_by_direction: "asc", filters: old }],
    ["GET", { ...two, order_by_direction: "desc" }],
    // The last look.
    ["GET", { ...two, order_by_direction: "asc" }],
  ]);
});

test("where a list ignores its filter nothing is deleted, and somebody is told", async () => {
  const scene = world({ ignoresFilterOf: ["GET", "DELETE"] });
  const { report, deletions } = await run(scene);

  expect(deletions).toEqual([]);
  expect(report).toMatchObject({ ended: "filter ignored" });
  expect(alertOf(report)?.text).toBe(
    "logs of gateway app-test, stack test, should go after 30 days; this run ended: filter ignored; a log of 2026-10-08T03:17:00.000Z is still there",
  );
  expect(alertOf({ ...report, keepDays: 1 })?.text).toContain("should go after 1 day; this run");
});

test("a deletion that ignores its filter takes no young log, for it asks for as many as are old", async () => {
  const scene = world({ ignoresFilterOf: ["DELETE"] });
  await run(scene);

  expect(agesLeft(scene)).toEqual([1]);
});

test("the first deletion takes one log, and the others no more than was counted", async () => {
  const logs = logsAged(...Array.from({ length: 150 }, (_, index) => 40 + index / 1000), 1);
  const { report, limits } = await run(world({ logs, totalLagMs: 3_600_000 }));

  expect(limits).toEqual([1, 10, 100, 39]);
  expect(report).toMatchObject({ ended: "done", deleted: 150 });
});

test.each<[string, Partial<World>]>([
  ["is absent", { withoutTotal: true }],
  ["is 0 beside a log", { falseTotal: "0" }],
  ["counts all logs", { falseTotal: "of all logs" }],
  ["counts all logs, with no page but the first", { falseTotal: "of all logs", ignoresPage: true }],
  ["counts what an earlier run deleted", { totalLagMs: 7_200_000, logs: deletedBefore() }],
])("where the count %s, no deletion takes more than one log", async (_, lie) => {
  const scene = world({ ignoresFilterOf: ["DELETE"], ...lie });
  const { limits } = await run(scene);

  expect(limits).toEqual([1, 1]);
  expect(agesLeft(scene)).toEqual([1]);
});

/** Two old logs and a young one, and three that were deleted an hour ago. */
function deletedBefore() {
  const gone = logsAged(50, 49, 48).map((log) => ({ ...log, deleted: NOW - 3_600_000 }));
  return [...gone, ...logsAged(45, 31, 1)];
}

test("a count that cannot be looked for so deep in the list is relied on", async () => {
  const { limits } = await run(world({ logs: logsAged(45, 44, 31, 1), refusesPages: true }));

  expect(limits).toEqual([1, 2]);
});

test("a count that no answer confirms is not relied on", async () => {
  const faults: Fault[] = [...LOOKS.slice(1), ...Array.from<Fault>({ length: 5 }).fill("503")];
  const { limits } = await run(world({ faults }));

  expect(limits).toEqual([1, 1]);
});

test("a count of old logs that ends with a young one ends the run", async () => {
  const scene = world();
  const { platform, calls } = simulate(scene);
  // The list that is counted is another one than the list whose last page is looked at.
  const fetch: typeof platform.fetch = (url, init) =>
    platform.fetch(
      url.includes("&page=2") ? url.replace(/filters=[^&]*&/, "").replace("page=2", "page=3") : url,
      init,
    );

  expect(await cleanUp(ENV, { ...platform, fetch })).toMatchObject({ ended: "filter ignored" });
  expect(calls.filter(({ method }) => method === "DELETE")).toEqual([]);
});

test("a list that ignores its order loses no log, and somebody is alerted", async () => {
  const scene = world({ ignoresOrderOf: ["GET"] });
  const { report, deletions } = await run(scene);

  expect(deletions).toEqual([]);
  expect(report).toMatchObject({ ended: "order ignored" });
  expect(alertOf({ ...report, isBehind: false })).toBeDefined();
});

test.each<[string, Partial<World>, number[]]>([
  ["takes the newest log", { ignoresOrderOf: ["DELETE"] }, [45, 31, 2]],
  ["takes every log", { ignoresLimit: true }, []],
  ["takes some logs", { ignoresLimit: true, maxDeletion: 3 }, [1]],
])("a first deletion that %s is the last, and somebody is alerted", async (_, lie, left) => {
  const scene = world({ ignoresFilterOf: ["DELETE"], logs: logsAged(45, 31, 2, 1), ...lie });
  const { report, limits } = await run(scene);

  expect(limits).toEqual([1]);
  expect(agesLeft(scene)).toEqual(left);
  expect(report).toMatchObject({ ended: "filter ignored" });
  expect(alertOf(report)).toBeDefined();
});

test("a run ends where more old logs are listed than were counted", async () => {
  const scene = world({ logs: logsAged(45, 44, 43, 42, 1), maxDeletion: 2 });
  const { report, limits } = await run(scene);

  expect(limits).toEqual([1, 3]);
  expect(agesLeft(scene)).toEqual([42, 1]);
  expect(report).toMatchObject({ ended: "more than counted" });
});

test("without counts, an unanswered deletion is waited for before the next", async () => {
  const faults: Fault[] = [...LOOKS.slice(1), "broken after"];
  const lies = { withoutTotal: true, ignoresFilterOf: ["DELETE"], lagMs: 5000 };
  const scene = world({ ...lies, faults });
  await run(scene);

  expect(agesLeft(scene)).toEqual([1]);
});

test("of two old logs with one time, each is deleted", async () => {
  const scene = world({ logs: logsAged(45, 45, 1), withoutTotal: true });
  const { report } = await run(scene);

  expect(report).toMatchObject({ ended: "done", batches: 2 });
});

test.each([
  ["no date, so that no clock is known", world({ withoutDate: true }), "unreadable"],
  ["no JSON", world({ answer: () => new Response("<html>") }), "unreadable"],
  ["another shape", world({ answer: () => Response.json({ success: true }) }), "unreadable"],
  ["that the token may not", world({ answer: () => new Response("", { status: 403 }) }), "refused"],
  [
    "that it has moved",
    world({
      answer: () => new Response("", { status: 302, headers: { location: "https://evil.test/" } }),
    }),
    "refused",
  ],
])("an API that says %s ends the run at once", async (_, scene, ended) => {
  const { report, calls } = await run(scene);

  expect(report).toMatchObject({ ended, batches: 0 });
  expect(alertOf(report)).toBeDefined();
  // The second is the last look.
  expect(calls).toHaveLength(2);
  expect(agesLeft(scene)).toEqual([45, 31, 1]);
});

test("an API without counts is cleaned up too", async () => {
  const scene = world({ withoutTotal: true });
  const { report } = await run(scene);

  expect(agesLeft(scene)).toEqual([1]);
  const unknown = { before: undefined, after: undefined, deleted: undefined, full: undefined };
  expect(report).toMatchObject({ ended: "done", requests: 9, ...unknown });
});

test("a call that may pass is repeated, after the time that the API asks for", async () => {
  const scene = world({ faults: ["503", "503", "429", "none"] });
  const { report, sleeps } = await run(scene);

  expect(sleeps).toEqual([1000, 2000, 3000]);
  expect(report).toMatchObject({ ended: "done", requests: 13 });
});

test("an API that stays away ends the run, and somebody is told", async () => {
  const scene = world({ faults: Array.from<Fault>({ length: 9 }).fill("503") });
  const { report, sleeps } = await run(scene);

  expect(sleeps).toEqual([1000, 2000, 4000, 8000]);
  expect(report).toMatchObject({ ended: "unavailable", status: 503, requests: 6 });
  expect(alertOf(report)).toBeDefined();
});

test("a wait that is longer than the run ends it", async () => {
  const wait = { status: 429, headers: { "retry-after": "3600" } };
  const { report, sleeps } = await run(world({ answer: () => new Response("", wait) }));

  expect(sleeps).toEqual([]);
  expect(report).toMatchObject({ ended: "unavailable", status: 429 });
});

test("a deletion that nobody answered is counted anew before it is asked for again", async () => {
  const faults: Fault[] = [...LOOKS, "broken after"];
  const scene = world({ faults, logs: logsAged(45, 44, 31, 1) });
  const { report, limits } = await run(scene);

  expect(limits).toEqual([1, 1, 1]);
  expect(agesLeft(scene)).toEqual([1]);
  expect(report).toMatchObject({ ended: "done", deleted: 3 });
});

test("deletions that fail one after the other end the run", async () => {
  const gone = Array.from({ length: 9 }, (): Fault[] => ["503", "none", "none"]);
  const logs = logsAged(...Array.from({ length: 9 }, (_, index) => 40 + index));
  const { report, sleeps } = await run(world({ logs, faults: [...LOOKS, ...gone.flat()] }));

  expect(sleeps).toEqual([1000, 2000, 4000, 8000]);
  expect(report).toMatchObject({ ended: "unavailable", status: 503, batches: 0 });
});

test("a limit that is too large for the API is made smaller", async () => {
  const logs = logsAged(...Array.from({ length: 300 }, (_, index) => 40 + index / 1000), 1);
  const scene = world({ logs, maxLimit: 100 });
  const { report, limits } = await run(scene);

  expect(limits).toEqual([1, 10, 100, 189, 100, 89]);
  expect(report).toMatchObject({ ended: "done", batches: 5, deleted: 300 });
});

test("a deletion that no limit makes good is told", async () => {
  const { report, limits } = await run(world({ maxLimit: 0 }));

  expect(limits).toEqual([1]);
  expect(report).toMatchObject({ ended: "refused", status: 400 });
});

test.each<[string, Response, string, number | undefined]>([
  ["403", new Response("", { status: 403 }), "refused", 403],
  ["no JSON", new Response("<html>"), "unreadable", 200],
  ["another JSON", Response.json({ success: false }), "unreadable", 200],
])("a deletion that is answered with %s ends the run", async (_, answer, ended, status) => {
  const scene = world();
  const { platform } = simulate(scene);
  const fetch: typeof platform.fetch = async (url, init) =>
    init.method === "DELETE" ? answer : platform.fetch(url, init);

  const report = await cleanUp(ENV, { ...platform, fetch });

  expect(report).toMatchObject({ ended, status, batches: 0 });
  expect(agesLeft(scene)).toEqual([45, 31, 1]);
});

test("a fault of our own is no end of a run", async () => {
  const { platform } = simulate(world());
  let reads = 0;
  const now = () => {
    reads += 1;
    // The first two begin the run, the third is before its first request.
    if (reads === 3) throw new TypeError("no clock");
    return NOW;
  };

  await expect(cleanUp(ENV, { ...platform, now })).rejects.toThrow("no clock");
});

test("a run says how full the gateway is, and which part of it was behind", async () => {
  const logs = logsAged(...Array.from({ length: 5 }, (_, index) => 40 + index), 1);
  const { report } = await run(world({ logs, maxDeletion: 0 }), { MAX_ENTRIES: 32 });

  // Six of thirty-two, to three places.
  expect(report).toMatchObject({ full: 0.188, before: 6, after: 6, deleted: 0 });
});

test.each([
  [30.08, false],
  // Ten minutes, and two hours.
  [30.1, true],
])("a log of %s days, where 30 are kept, is behind: %s", async (age, isBehind) => {
  const { report } = await run(world({ logs: logsAged(age), maxDeletion: 0 }));

  expect(report).toMatchObject({ isBehind });
});

test("the next batch waits until the lists show the last one", async () => {
  const scene = world({ maxDeletion: 1, lagMs: 5000 });
  const { report, sleeps } = await run(scene);

  expect(sleeps).toEqual([1000, 2000, 4000, 1000, 2000, 4000]);
  expect(report).toMatchObject({ ended: "done", batches: 2 });
});

test("where nothing moves the run ends, and no alarm is raised for logs just due", async () => {
  const { report } = await run(world({ logs: logsAged(30.02), maxDeletion: 0 }));

  expect(report).toMatchObject({ ended: "no progress", batches: 0, isBehind: false });
  expect(alertOf(report)).toBeUndefined();
});

test("a log that two runs should have taken raises the alarm, in whatever way the run ended", async () => {
  const { report } = await run(world({ maxDeletion: 0 }));

  expect(report).toMatchObject({ ended: "no progress", isBehind: true });
  expect(alertOf(report)?.text).toContain("a log of 2026-10-08T03:17:00.000Z is still there");
});

// The one ends before a deletion, the other before a look.
test.each([
  [50, 21],
  [51, 22],
])("a run stays within %i requests, the alert included", async (most, batches) => {
  const logs = logsAged(...Array.from({ length: 40 }, (_, index) => 40 + index));
  const scene = world({ logs, maxDeletion: 1 });
  const { report, calls } = await run(scene, { MAX_SUBREQUESTS: most });

  expect(calls).toHaveLength(most - 1);
  expect(report).toMatchObject({ ended: "out of requests", batches, deleted: batches });
});

test("a run ends before the platform ends it", async () => {
  const logs = logsAged(...Array.from({ length: 40 }, (_, index) => 40 + index));
  const scene = world({ logs, maxDeletion: 1, lagMs: 30_000 });
  const { report } = await run(scene);

  expect(report).toMatchObject({ ended: "out of time" });
  expect(report.durationMs).toBeLessThan(14 * 60_000);
});

test("ten million old logs are gone after a few runs of either plan", async () => {
  expect(await runsFor(10_000_000, 1000)).toBe(3);
  // All that a free account stores.
  expect(await runsFor(100_000, 50)).toBe(1);
});

/** How many runs it takes until so many old logs are gone, with the API's largest deletions. */
async function runsFor(count: number, MAX_SUBREQUESTS: number): Promise<number> {
  const store = { first: 0 };
  const createdAt = (index: number) => NOW - 90 * DAY_MS + index * 100;
  const fetch = async (url: string, { method }: RequestInit) => {
    const { searchParams } = new URL(url);
    const left = count - store.first;
    if (method === "DELETE") store.first += Math.min(Number(searchParams.get("limit")), left);
    const index = searchParams.get("order_by_direction") === "asc" ? store.first : count - 1;
    const result = left === 0 ? [] : [{ created_at: new Date(createdAt(index)).toISOString() }];
    const body = { success: true, result, result_info: { total_count: left } };
    return Response.json(body, { headers: { date: new Date(NOW).toUTCString() } });
  };
  const platform = { fetch, now: () => NOW, sleep: async () => {} };
  for (let runs = 1; runs < 100; runs += 1) {
    await cleanUp({ ...ENV, MAX_SUBREQUESTS }, platform);
    if (store.first === count) return runs;
  }
  throw new Error(`${count - store.first} of ${count} logs are left after 99 runs`);
}
