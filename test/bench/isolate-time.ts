/** How long a Worker's isolate is at work: what a plan's CPU time limits, without the runtime around it. */
import { z } from "zod";

/** Records the work of one Worker's isolate. */
export interface IsolateClock {
  start(): Promise<void>;
  /** Milliseconds of work since the start. */
  stop(): Promise<number>;
  close(): void;
}

const targets = z.array(z.object({ id: z.string(), webSocketDebuggerUrl: z.string() }));
const profile = z.object({
  nodes: z.array(z.object({ id: z.number(), callFrame: z.object({ functionName: z.string() }) })),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});
const message = z.object({
  id: z.number().optional(),
  result: z.object({ profile: profile.optional() }).optional(),
});

const INTERVAL_US = 100;
/** The most that the system stretches an interval to; few samples tell less. */
const MAX_TICK_US = 200;
/** Samples in which nothing of the Worker's runs. */
const AT_REST = ["(idle)", "(root)"];

/** Opens the clock of the Worker `worker` of a runtime, by its inspector. */
export async function openIsolateClock(inspectorPort: number): Promise<IsolateClock> {
  const response = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const target = targets.parse(await response.json()).find(({ id }) => id.endsWith("user:worker"));
  if (target === undefined) throw new Error("the runtime's inspector does not list the Worker");
  const { send, close } = await openSession(target.webSocketDebuggerUrl);
  await send("Profiler.enable");
  await send("Profiler.setSamplingInterval", { interval: INTERVAL_US });
  return {
    start: async () => void (await send("Profiler.start")),
    stop: async () => workOf(profile.parse((await send("Profiler.stop"))?.profile)),
    close,
  };
}

/**
 * Samples are taken only while the isolate is in use: each stands for one tick. Not the time from
 * one to the next, which counts the wait between two events too; nor the interval asked for, which
 * the system stretches.
 */
function workOf({ nodes, samples, timeDeltas }: z.infer<typeof profile>): number {
  const atRest = new Set(
    nodes.filter(({ callFrame }) => AT_REST.includes(callFrame.functionName)).map(({ id }) => id),
  );
  const ticks = timeDeltas.filter((delta) => delta > 0).toSorted((a, b) => a - b);
  const tickUs = Math.min(ticks[Math.floor(ticks.length / 10)] ?? INTERVAL_US, MAX_TICK_US);
  return (samples.filter((id) => !atRest.has(id)).length * tickUs) / 1000;
}

async function openSession(url: string) {
  const socket = new WebSocket(url);
  type Result = z.infer<typeof message>["result"];
  const waiting = new Map<number, (result: Result) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = message.parse(JSON.parse(String(data)));
    if (id !== undefined) waiting.get(id)?.(result);
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const send = async (method: string, params: object = {}): Promise<Result> => {
    const { promise, resolve } = Promise.withResolvers<Result>();
    const id = waiting.size + 1;
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  };
  return { send, close: () => socket.close() };
}
