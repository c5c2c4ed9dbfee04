import { join } from "node:path";

import { bundleWorker } from "../../infra/bundle.ts";
import { ROOT } from "../../local/paths.js";
import { eventsOf, type Shape } from "../support/wire.ts";
import { PIECE, startModelServer, type ModelServer } from "./model-server.ts";
import { forgetPeak, readPeak } from "./processes.ts";
import { timeChat, timeStream } from "./timed-request.ts";
import { startWorker, startWorkerPair, type RunningWorker } from "./worker-pair.ts";

/** The most memory, in KiB, that the runtime held while a body passed through a Worker. */
export interface Peaks {
  /** The peak of 1 KiB. */
  readonly small: number;
  /** The peak of 10 MiB. */
  readonly large: number;
}

/** A way of a stream through a Worker. */
interface Lane {
  readonly shape: Shape;
  readonly model: string;
  readonly path: string;
}

const CHAT = { shape: "chat", path: "/v1/chat/completions" } as const;
const BARE = "a loop that reads and writes";
const LANES = {
  native: { ...CHAT, model: "openai/native" },
  scan: { shape: "messages", model: "anthropic/bench", path: "/v1/messages" },
  translate: { ...CHAT, model: "openai/bench" },
  // What the runtime itself takes for reads and writes.
  [BARE]: { ...CHAT, model: "openai/bench", path: "/write" },
} as const satisfies Readonly<Record<string, Lane>>;

/** What only a new runtime shows. */
export interface FreshRuntime {
  readonly peaks: readonly (readonly [lane: string, peaks: Peaks])[];
  /** Milliseconds of the first request, of the chat Worker and of the smallest. */
  readonly firstRequest: { readonly chat: number; readonly smallest: number };
}

const KIB_PER_LARGE = 10 * 1024;
const WARM_UP_STREAMS = 300;

/** One runtime a round and lane, each new: none gives back what it took. Undefined where the system does not tell. */
export async function measureFresh(rounds: number): Promise<readonly FreshRuntime[] | undefined> {
  const found: FreshRuntime[] = [];
  for (let round = 0; round < rounds; round++) {
    const peaks: [string, Peaks][] = [];
    for (const [name, lane] of Object.entries(LANES)) {
      const measured = await measureLane(lane);
      if (measured === undefined) return undefined;
      peaks.push([name, measured]);
    }
    found.push({ peaks, firstRequest: await measureFirst() });
  }
  return found;
}

async function measureFirst(): Promise<FreshRuntime["firstRequest"]> {
  const pair = await startWorkerPair();
  try {
    // Miniflare's own entry, and the connection, are warm in neither.
    const { wholeMs } = await timeChat(pair.chat);
    return { chat: wholeMs, smallest: (await timeChat(pair.smallest)).wholeMs };
  } finally {
    await pair.stop();
  }
}

async function measureLane(lane: Lane): Promise<Peaks | undefined> {
  const model = await startModelServer();
  const file = lane.path.startsWith("/v1/")
    ? join(ROOT, (await bundleWorker("chat")).file)
    : join(import.meta.dirname, "bare-streams.js");
  const worker = await startWorker(file, model.url);
  try {
    if (worker.pid === undefined) return undefined;
    play(model, lane, 1);
    for (let count = 0; count < WARM_UP_STREAMS; count++) await timeStream(worker, lane);
    const small = await peakOf(worker, worker.pid, lane);
    play(model, lane, KIB_PER_LARGE);
    return { small, large: await peakOf(worker, worker.pid, lane) };
  } finally {
    await worker.stop();
    model.stop();
  }
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
