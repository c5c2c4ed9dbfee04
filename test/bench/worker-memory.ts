import { forgetPeak, readPeak } from "./processes.ts";
import { timeChat } from "./timed-request.ts";
import { startWorkerPair, type RunningWorker } from "./worker-pair.ts";

/** The most memory, in KiB, that the runtime held while a body passed through the chat Worker. */
export interface Peaks {
  /** Of 1 KiB. */
  readonly small: number;
  /** Of 10 MiB. */
  readonly large: number;
}

const KIB_PER_LARGE = 10 * 1024;
const WARM_UP_STREAMS = 300;

/** One pair a round, each of a new runtime: none gives back what it took. Undefined where the system does not tell. */
export async function measureMemory(rounds: number): Promise<readonly Peaks[] | undefined> {
  const peaks: Peaks[] = [];
  for (let round = 0; round < rounds; round++) {
    const pair = await startWorkerPair();
    try {
      const { pid } = pair.chat;
      if (pid === undefined) return undefined;
      for (let count = 0; count < WARM_UP_STREAMS; count++) await timeChat(pair.chat, 1);
      const small = await peakOf(pair.chat, pid, 1);
      const large = await peakOf(pair.chat, pid, KIB_PER_LARGE);
      peaks.push({ small, large });
    } finally {
      await pair.stop();
    }
  }
  return peaks;
}

async function peakOf(worker: RunningWorker, pid: number, pieces: number): Promise<number> {
  await forgetPeak(pid);
  await timeChat(worker, pieces);
  return readPeak(pid);
}
