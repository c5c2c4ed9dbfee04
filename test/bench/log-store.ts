/** What the log store of the local account costs when it holds many logs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";

import type { Filter } from "../../local/logs/query.ts";
import type { LogStore } from "../../local/logs/store.ts";
import { GATEWAY, middleId, MODEL, openFilledStore } from "./filled-store.ts";
import { compare, median, type Row } from "./table.ts";

const FEW = 1000;
const SOME = 100_000;
const MANY = 1_000_000;
/** Of each question in each round. */
const TIMES = 50;
const WARM_UP = 50;

interface Filled {
  readonly store: LogStore;
  readonly count: number;
}

export async function* storeRows(rounds: number): AsyncGenerator<Row> {
  const folder = await mkdtemp(join(tmpdir(), "ai-gateway-bench-"));
  const open = (count: number): Filled => ({
    store: openFilledStore(join(folder, `${count}.sqlite`), count),
    count,
  });
  try {
    const [few, some, many] = [open(FEW), open(SOME), open(MANY)];
    for (const [what, ask] of QUESTIONS) yield readRow(what, { many, few, rounds, ask });
    yield* purgeRows(await purge(many), await purge(some));
    for (const { store } of [few, some, many]) store.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Ask = (filled: Filled) => void;

const QUESTIONS: readonly (readonly [what: string, ask: Ask])[] = [
  ["newest 50 of 1,000,000 logs", newest()],
  ["newest 50 of one model", newest({ key: "model", operator: "eq", values: [MODEL] })],
  ["newest 50 failures", newest({ key: "success", operator: "eq", values: [0] })],
  ["one log with its bodies", ({ store, count }) => void store.find(middleId(count))],
];

function newest(...filters: readonly Filter[]): Ask {
  return ({ store }) => void store.page({ gateway: GATEWAY, filters }, 1, 50);
}

interface Reading {
  readonly many: Filled;
  readonly few: Filled;
  readonly rounds: number;
  readonly ask: Ask;
}

/** In turn, after some that are not counted, so that a machine that is busy for a while slows both. */
function readRow(what: string, { many, few, rounds, ask }: Reading): Row {
  const times = Array.from({ length: WARM_UP + TIMES * rounds }, () => ({
    many: time(() => ask(many)),
    few: time(() => ask(few)),
  })).slice(WARM_UP);
  return compare({
    what,
    measured: median(times.map((each) => each.many)),
    reference: median(times.map((each) => each.few)),
    unit: "ms",
    source: "1,000 logs",
    aim: 1.5,
  });
}

function time(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

interface Purge {
  readonly microsecondsPerLog: number;
  readonly longestDelayMs: number;
  /** The same where this thread counts instead: what the machine makes of any work. */
  readonly longestOfCountingMs: number;
  readonly grownMib: number;
}

/** Deletes every log, and watches what that does to everything else in this thread. */
async function purge({ store, count }: Filled): Promise<Purge> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10);
  const purged = await watchDelays(() => store.delete({ gateway: GATEWAY, filters: [] }));
  clearInterval(watch);
  if (store.count() !== 0) throw new Error(`${store.count()} of ${count} logs are left`);
  const counted = await watchDelays(() => countInSteps(purged.tookMs));
  return {
    microsecondsPerLog: (purged.tookMs * 1000) / count,
    longestDelayMs: purged.longestMs,
    longestOfCountingMs: counted.longestMs,
    grownMib: (peak - before) / 2 ** 20,
  };
}

async function watchDelays(work: () => Promise<void>) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  // A delay is between two ticks: the first must have been.
  await sleep(20);
  const startedAt = performance.now();
  await work();
  const tookMs = performance.now() - startedAt;
  await sleep(20);
  delays.disable();
  return { tookMs, longestMs: delays.max / 1e6 };
}

/** For so long, and lets others in as often as a deletion. */
async function countInSteps(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const endOfStep = performance.now() + 5;
    while (performance.now() < endOfStep);
    await setImmediate();
  }
}

function purgeRows(many: Purge, some: Purge): Row[] {
  return [
    compare({
      what: "purge of 1,000,000, each log",
      measured: many.microsecondsPerLog,
      reference: some.microsecondsPerLog,
      unit: "µs",
      source: "of 100,000",
      aim: 1.5,
    }),
    compare({
      what: "purge, longest delay of others",
      measured: many.longestDelayMs,
      reference: 50,
      unit: "ms",
      source: "limit",
    }),
    // What a busy machine does to any work in steps: the delay above is the purge's own where this one is short.
    {
      what: "counting in steps, longest delay",
      measured: `${many.longestOfCountingMs.toFixed(2)} ms`,
      reference: "",
      ratio: "",
      aim: "",
    },
    compare({
      what: "purge, memory it takes",
      measured: many.grownMib,
      reference: 50,
      unit: "MiB",
      source: "limit",
    }),
  ];
}
