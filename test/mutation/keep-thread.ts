/**
 * Keeps one thread for the many runs of mutation testing: what the tests import is loaded once, and a
 * run costs little more than its tests.
 */
import {
  ThreadsPoolWorker,
  type PoolOptions,
  type PoolWorker,
  type WorkerRequest,
} from "vitest/node";
import type { Plugin } from "vitest/config";

const NAME = "kept-thread";

/** So many runs share a thread: what a test file leaves behind is not kept for ever. */
const MOST_RUNS = 100;

/** Makes the plugin for a vitest configuration with `isolate: false`. */
export function keepThread(): Plugin {
  const kept: Kept = { runs: 0 };
  return {
    name: NAME,
    configureVitest({ project, vitest }) {
      vitest.onClose(async () => end(kept));
      project.config.pool = NAME;
      project.config.poolRunner = {
        name: NAME,
        createPoolWorker: (options) => new KeptThread(kept, options),
      };
    },
  };
}

interface Kept {
  thread?: ThreadsPoolWorker | undefined;
  runs: number;
}

async function end(kept: Kept): Promise<void> {
  const { thread } = kept;
  kept.thread = undefined;
  kept.runs = 0;
  await thread?.stop();
}

type Listener = Parameters<PoolWorker["on"]>;

/** One run's hold on the thread. */
class KeptThread implements PoolWorker {
  readonly name = NAME;
  readonly #kept: Kept;
  readonly #options: PoolOptions;
  readonly #listeners: Listener[] = [];

  constructor(kept: Kept, options: PoolOptions) {
    this.#kept = kept;
    this.#options = options;
  }

  get #thread(): ThreadsPoolWorker {
    return (this.#kept.thread ??= new ThreadsPoolWorker(this.#options));
  }

  async start(): Promise<void> {
    if (this.#kept.thread === undefined) await this.#thread.start();
  }

  on(...listener: Listener): void {
    this.#listeners.push(listener);
    this.#thread.on(...listener);
  }

  off(...listener: Listener): void {
    this.#thread.off(...listener);
  }

  send(message: WorkerRequest): void {
    if (message.type === "stop") return this.#answer("stopped");
    if (message.type === "start" && this.#kept.runs > 0) return this.#answer("started");
    this.#thread.send(this.#withTests(message));
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  async stop(): Promise<void> {
    for (const listener of this.#listeners) this.#thread.off(...listener);
    this.#kept.runs += 1;
    if (this.#kept.runs === MOST_RUNS) await end(this.#kept);
  }

  /** Gives the choice of tests with each run, in place of one that the thread would keep. */
  #withTests(message: WorkerRequest): WorkerRequest {
    const { testNamePattern } = this.#options.project.config;
    if (message.type === "start") {
      const config = { ...message.context.config, testNamePattern: undefined };
      return { ...message, context: { ...message.context, config } };
    }
    if (message.type !== "run") return message;
    const files = message.context.files.map((file) => ({ ...file, testNamePattern }));
    return { ...message, context: { ...message.context, files } };
  }

  /** Answers in place of the thread, which runs on. */
  #answer(type: "started" | "stopped"): void {
    const response = { type, __vitest_worker_response__: true };
    queueMicrotask(() => {
      for (const [event, listener] of this.#listeners) if (event === "message") listener(response);
    });
  }
}
