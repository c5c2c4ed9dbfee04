/** What the chat Worker costs beside the smallest one that makes the same call. */
import { openIsolateClock } from "./isolate-time.ts";
import { laneRows } from "./stream-lanes.ts";
import { compare, median, quantile, type Row } from "./table.ts";
import { timeChat, type Times } from "./timed-request.ts";
import { measureFresh, type FreshRuntime } from "./worker-memory.ts";
import { startWorkerPair, type RunningWorker, type WorkerPair } from "./worker-pair.ts";

/** Of one round: the requests of both in the order in which they were made. */
interface Round {
  readonly chat: readonly Times[];
  readonly smallest: readonly Times[];
}

const PAIRS = 300;
// Until the runtimes have compiled what they run often.
const WARM_UP_PAIRS = 600;

export async function* workerRows(rounds: number): AsyncGenerator<Row> {
  const { whole, streamed, isolate } = await measureTimes(rounds);
  const wholeMs = (times: Times) => times.wholeMs;
  const firstMs = (times: Times) => times.firstMs;
  yield timeRow("small chat, p50", whole, { read: wholeMs, part: 0.5, aim: 1.1 });
  yield timeRow("small chat, p99", whole, { read: wholeMs, part: 0.99, aim: 1.2 });
  yield ownCostRow(whole);
  yield isolateRow(isolate);
  yield timeRow("first words of a stream, p50", streamed, { read: firstMs, part: 0.5, aim: 1.1 });
  yield* laneRows(rounds);
  yield* await freshRows(rounds);
}

interface Measured extends Record<"whole" | "streamed", Round[]> {
  /** Milliseconds of the isolate for each chat, round by round. */
  readonly isolate: Record<"chat" | "smallest", number[]>;
}

async function measureTimes(rounds: number): Promise<Measured> {
  const pair = await startWorkerPair();
  try {
    await timePairs(pair, WARM_UP_PAIRS);
    await timePairs(pair, WARM_UP_PAIRS, 1);
    const whole: Round[] = [];
    const streamed: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      whole.push(await timePairs(pair, PAIRS));
      streamed.push(await timePairs(pair, PAIRS, 1));
    }
    const chat = await isolateTimes(pair.chat, rounds);
    return {
      whole,
      streamed,
      isolate: { chat, smallest: await isolateTimes(pair.smallest, rounds) },
    };
  } finally {
    await pair.stop();
  }
}

/** In turn, and each first as often as the other, so that a machine that is busy for a while slows both. */
async function timePairs(pair: WorkerPair, count: number, pieces?: number): Promise<Round> {
  const chat: Times[] = [];
  const smallest: Times[] = [];
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) chat.push(await timeChat(pair.chat, pieces));
    smallest.push(await timeChat(pair.smallest, pieces));
    if (index % 2 === 1) chat.push(await timeChat(pair.chat, pieces));
  }
  return { chat, smallest };
}

interface Timing {
  readonly read: (times: Times) => number;
  /** The quantile of each round. */
  readonly part: number;
  readonly aim: number;
}

function timeRow(what: string, rounds: readonly Round[], { read, part, aim }: Timing): Row {
  const ofEach = (side: keyof Round) =>
    rounds.map((round) => quantile(round[side].map(read), part));
  return compare({
    what,
    measured: median(ofEach("chat")),
    reference: median(ofEach("smallest")),
    unit: "ms",
    source: "smallest Worker",
    aim,
  });
}

/** What is between the two requests of a pair, which the ratio of whole times understates. */
function ownCostRow(rounds: readonly Round[]): Row {
  const costs = rounds.map(({ chat, smallest }) =>
    median(chat.map(({ wholeMs }, index) => wholeMs - (smallest[index]?.wholeMs ?? Number.NaN))),
  );
  const measured = `${median(costs).toFixed(2)} ms`;
  return { what: "small chat, the Worker's own", measured, reference: "", ratio: "", aim: "" };
}

async function isolateTimes(worker: RunningWorker, rounds: number): Promise<number[]> {
  const clock = await openIsolateClock(worker.inspectorPort);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await clock.start();
    for (let count = 0; count < PAIRS; count++) await timeChat(worker);
    times.push((await clock.stop()) / PAIRS);
  }
  clock.close();
  return times;
}

function isolateRow({ chat, smallest }: Measured["isolate"]): Row {
  return compare({
    what: "small chat, isolate",
    measured: median(chat),
    reference: median(smallest),
    unit: "ms",
    source: "smallest Worker",
    aim: 2,
  });
}

async function freshRows(rounds: number): Promise<Row[]> {
  const found = await measureFresh(rounds);
  if (found === undefined) return [];
  const first = found.map(({ firstRequest }) => firstRequest);
  return [
    compare({
      what: "first request of a fresh isolate",
      measured: median(first.map(({ chat }) => chat)),
      reference: median(first.map(({ smallest }) => smallest)),
      unit: "ms",
      source: "smallest Worker",
      aim: 1.5,
    }),
    ...memoryRows(found),
  ];
}

function memoryRows(found: readonly FreshRuntime[]): Row[] {
  const ofAll = Map.groupBy(
    found.flatMap(({ peaks }) => peaks),
    ([lane]) => lane,
  );
  return Array.from(ofAll, ([lane, peaks]) =>
    compare({
      what: `memory, 10 MiB, ${lane}`,
      measured: median(peaks.map(([, { large }]) => large)) / 1024,
      reference: median(peaks.map(([, { small }]) => small)) / 1024,
      unit: "MiB",
      source: "1 KiB",
      aim: 1.2,
    }),
  );
}
