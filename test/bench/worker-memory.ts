import { eventsOf, type Shape } from "../support/wire.ts";
import { PIECE, type ModelServer } from "./model-server.ts";
import { forgetPeak, readPeak } from "./processes.ts";
import { timeChat, timeStream } from "./timed-request.ts";
import { startWorkerPair, type RunningWorker, type WorkerPair } from "./worker-pair.ts";

/** The most memory, in KiB, that the runtime held while a body passed through the chat Worker. */
export interface Peaks {
  /** The peak of 1 KiB. */
  readonly small: number;
  /** The peak of 10 MiB. */
  readonly large: number;
}

/** What only a new runtime shows. */
export interface FreshRuntime {
  readonly translate: Peaks;
  readonly scan: Peaks;
  /** Milliseconds of the first request, of the chat Worker and of the smallest. */
  readonly firstRequest: { readonly chat: number; readonly smallest: number };
}

const TRANSLATE = { shape: "chat", model: "openai/bench", path: "/v1/chat/completions" } as const;
const SCAN = { shape: "messages", model: "anthropic/bench", path: "/v1/messages" } as const;

const KIB_PER_LARGE = 10 * 1024;
const WARM_UP_STREAMS = 300;

/** One pair a round and lane, each of a new runtime: none gives back what it took. Undefined where the system does not tell. */
export async function measureFresh(rounds: number): Promise<readonly FreshRuntime[] | undefined> {
  const found: FreshRuntime[] = [];
  for (let round = 0; round < rounds; round++) {
    const translate = await withPair((pair) => measureLane(pair, TRANSLATE));
    const scan = await withPair((pair) => measureLane(pair, SCAN));
    const firstRequest = await withPair(measureFirst);
    if (translate === undefined || scan === undefined) return undefined;
    found.push({ translate, scan, firstRequest });
  }
  return found;
}

async function withPair<Value>(measure: (pair: WorkerPair) => Promise<Value>): Promise<Value> {
  const pair = await startWorkerPair();
  try {
    return await measure(pair);
  } finally {
    await pair.stop();
  }
}

async function measureFirst({ chat, smallest }: WorkerPair) {
  // Miniflare's own entry, and the connection, are warm in neither.
  const { wholeMs } = await timeChat(chat);
  return { chat: wholeMs, smallest: (await timeChat(smallest)).wholeMs };
}

interface Lane {
  readonly shape: Shape;
  readonly model: string;
  readonly path: string;
}

async function measureLane(pair: WorkerPair, lane: Lane): Promise<Peaks | undefined> {
  const { chat, model } = pair;
  if (chat.pid === undefined) return undefined;
  play(model, lane, 1);
  for (let count = 0; count < WARM_UP_STREAMS; count++) await timeStream(chat, lane);
  const small = await peakOf(chat, chat.pid, lane);
  play(model, lane, KIB_PER_LARGE);
  return { small, large: await peakOf(chat, chat.pid, lane) };
}

function play(model: ModelServer, { shape }: Lane, pieces: number): void {
  const text = `${PIECE.slice(1)} `.repeat(pieces);
  model.play({ events: eventsOf(shape, { text }), gapMs: 0 });
}

async function peakOf(worker: RunningWorker, pid: number, lane: Lane): Promise<number> {
  await forgetPeak(pid);
  await timeStream(worker, lane);
  return readPeak(pid);
}
