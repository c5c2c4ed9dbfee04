/** What the chat Worker costs beside the smallest one that makes the same call. */
import { compare, median, quantile, type Row } from "./table.ts";
import { timeChat, type Times } from "./timed-request.ts";
import { measureMemory } from "./worker-memory.ts";
import { startWorkerPair, type WorkerPair } from "./worker-pair.ts";

/** Of one round: the requests of both in the order in which they were made. */
interface Round {
  readonly chat: readonly Times[];
  readonly smallest: readonly Times[];
}

const PAIRS = 300;
// Until the runtimes have compiled what they run often.
const WARM_UP_PAIRS = 600;

export async function workerRows(rounds: number): Promise<Row[]> {
  const { whole, streamed } = await measureTimes(rounds);
  const wholeMs = (times: Times) => times.wholeMs;
  const firstMs = (times: Times) => times.firstMs;
  return [
    timeRow("small chat, p50", whole, { read: wholeMs, part: 0.5, aim: 1.1 }),
    timeRow("small chat, p99", whole, { read: wholeMs, part: 0.99, aim: 1.2 }),
    ownCostRow(whole),
    timeRow("first words of a stream, p50", streamed, { read: firstMs, part: 0.5, aim: 1.1 }),
    await memoryRow(rounds),
  ];
}

async function measureTimes(rounds: number): Promise<Record<"whole" | "streamed", Round[]>> {
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
    return { whole, streamed };
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

async function memoryRow(rounds: number): Promise<Row> {
  const what = "memory, stream of 10 MiB";
  const peaks = await measureMemory(rounds);
  if (peaks === undefined)
    return { what, measured: "not measured", reference: "", ratio: "", aim: "" };
  return compare({
    what,
    measured: median(peaks.map(({ large }) => large)) / 1024,
    reference: median(peaks.map(({ small }) => small)) / 1024,
    unit: "MiB",
    source: "1 KiB",
    aim: 1.2,
  });
}
