/** A collector of spans beside a scripted Worker. */
import { readExport, type Export, type ReceivedSpan } from "./otlp.ts";
import { waitFor } from "./project.ts";
import {
  startWorker,
  type Fetched,
  type Reply,
  type RunningWorker,
  type WorkerScene,
} from "./workerd.ts";

/** Where the spans of these Workers go. */
export const COLLECTOR = "https://otel.test/v1/traces";

/** The bindings of a Worker that sends spans. */
const TRACED = {
  TRACES: JSON.stringify({ url: COLLECTOR, service: "chat-test", environment: "production" }),
  TRACES_HEADERS: JSON.stringify({ authorization: "Bearer of-the-collector" }),
};

/** A Worker, and what its collector got. */
export interface TracedWorker extends RunningWorker {
  readonly exports: readonly (Export & Fetched)[];
  /** Waits until so many requests have their lines, and with them their spans; returns the spans. */
  spansOf(requests?: number): Promise<readonly ReceivedSpan[]>;
}

/** Starts a Worker that sends spans; `collect` answers in the collector's place. */
export async function startTraced(
  scene: WorkerScene = {},
  collect: () => Reply | Promise<Reply> = () => ({ body: {} }),
): Promise<TracedWorker> {
  const exports: (Export & Fetched)[] = [];
  const worker = await startWorker({
    ...scene,
    bindings: { ...TRACED, ...scene.bindings },
    fetched: (url, fetched) => {
      if (url !== COLLECTOR) throw new Error(`the Worker fetched ${url}`);
      exports.push({ ...fetched, ...readExport(fetched.body) });
      return collect();
    },
  });
  const spansOf = async (requests = 1) => {
    await waitFor(
      () => (worker.lines.length >= requests ? worker.lines : undefined),
      () => worker.lines.join("\n"),
    );
    return exports.flatMap(({ spans }) => spans);
  };
  return { ...worker, exports, spansOf };
}
