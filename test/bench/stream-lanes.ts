/** What the chat Worker does with a model's stream, lane by lane, beside the least that a Worker can do. */
import { join } from "node:path";

import { bundleWorker } from "../../infra/bundle.ts";
import { ROOT } from "../../local/paths.js";
import { eventsOf, type Shape } from "../support/wire.ts";
import { openIsolateClock, type IsolateClock } from "./isolate-time.ts";
import { startModelServer, type ModelServer } from "./model-server.ts";
import { readCpuTime } from "./processes.ts";
import { compare, median, type Row } from "./table.ts";
import { timeStream, type StreamTimes } from "./timed-request.ts";
import { startWorker, type RunningWorker } from "./worker-pair.ts";

interface Lane {
  readonly what: string;
  readonly shape: Shape;
  readonly model: string;
  /** The path at the chat Worker, or one of bare-streams.js. */
  readonly path: string;
  /** The path of bare-streams.js beside which it stands. */
  readonly beside: "/pass" | "/write";
  /** The ratio of CPU time that is good enough. */
  readonly aim: number;
}

const CHAT = { shape: "chat", model: "openai/bench" } as const;
const NATIVE = { shape: "chat", model: "openai/native" } as const;
const MESSAGES = { shape: "messages", model: "anthropic/bench" } as const;
const LANES: readonly Lane[] = [
  { what: "read only", ...CHAT, path: "/read", beside: "/pass", aim: 2 },
  { what: "a pipe that learns its end", ...CHAT, path: "/pipe", beside: "/pass", aim: 1.3 },
  { what: "native (chat)", ...NATIVE, path: "/v1/chat/completions", beside: "/pass", aim: 1.3 },
  { what: "a tee with an observer", ...CHAT, path: "/observe", beside: "/pass", aim: 1.3 },
  { what: "scan (Messages)", ...MESSAGES, path: "/v1/messages", beside: "/write", aim: 1.2 },
  { what: "translate (chat)", ...CHAT, path: "/v1/chat/completions", beside: "/write", aim: 1.5 },
  { what: "translate (Responses)", ...CHAT, path: "/v1/responses", beside: "/write", aim: 1.5 },
];

const EVENTS = 500;
const PACE_MS = 10;
const WARM_UP_STREAMS = 40;
const BURSTS = 8;

/** One of the two runtimes, with what measures it. */
interface Watched extends RunningWorker {
  readonly clock: IsolateClock;
}

/** What one way of a lane took in one round, for each stream. */
interface Cost extends StreamTimes {
  readonly cpuMs: number;
  readonly isolateMs: number;
}

/** What a lane and its reference took, round by round. */
interface Costs {
  readonly lane: Cost[];
  readonly reference: Cost[];
}

/** The rows of bursts, and of a model's pace. Nothing on a system that does not tell the CPU time. */
export async function* laneRows(rounds: number): AsyncGenerator<Row> {
  const model = await startModelServer();
  const { file } = await bundleWorker("chat");
  const chat = await watch(join(ROOT, file), model);
  const bare = await watch(join(import.meta.dirname, "bare-streams.js"), model);
  try {
    for (const lane of LANES) yield* await rowsOf(lane, { chat, bare, model, rounds });
  } finally {
    for (const worker of [chat, bare]) {
      worker.clock.close();
      await worker.stop();
    }
    model.stop();
  }
}

interface Bench {
  readonly chat: Watched;
  readonly bare: Watched;
  readonly model: ModelServer;
  readonly rounds: number;
}

async function rowsOf(lane: Lane, bench: Bench): Promise<Row[]> {
  const { model, rounds } = bench;
  const events = eventsOf(lane.shape, { text: "word ".repeat(EVENTS) });
  model.play({ events, gapMs: 0 });
  for (const way of ways(lane, bench)) await repeat(WARM_UP_STREAMS, () => way.ask());
  const burst: Costs = { lane: [], reference: [] };
  const paced: Costs = { lane: [], reference: [] };
  for (let round = 0; round < rounds; round++) {
    model.play({ events, gapMs: 0 });
    await measure(burst, ways(lane, bench), { streams: BURSTS, isFirst: round % 2 === 0 });
    model.play({ events, gapMs: PACE_MS });
    await measure(paced, ways(lane, bench), { streams: 1, isFirst: round % 2 === 0 });
  }
  const { beside, aim, what } = lane;
  const cpu = (name: string, costs: Costs) =>
    row(`${what}, ${name}, CPU`, costs, { read: ({ cpuMs }) => cpuMs, beside, aim });
  const isolate = (name: string, costs: Costs) =>
    row(`${what}, ${name}, isolate`, costs, { read: ({ isolateMs }) => isolateMs, beside, aim });
  return [
    cpu("burst", burst),
    cpu("at pace", paced),
    isolate("burst", burst),
    isolate("at pace", paced),
    ...(lane.path === "/read" ? [] : gapRows(what, paced, beside)),
  ];
}

function gapRows(what: string, costs: Costs, beside: string): Row[] {
  return [
    row(`${what}, first event`, costs, { read: ({ firstMs }) => firstMs, beside }),
    row(`${what}, p90 between events`, costs, { read: ({ gapP90Ms }) => gapP90Ms, beside }),
  ];
}

interface Reading {
  readonly read: (cost: Cost) => number;
  readonly beside: string;
  readonly aim?: number;
}

function row(what: string, costs: Costs, { read, beside, aim = 1.2 }: Reading): Row {
  return compare({
    what,
    measured: median(costs.lane.map(read)),
    reference: median(costs.reference.map(read)),
    unit: "ms",
    source: `bare ${beside.slice(1)}`,
    aim,
  });
}

interface Way {
  readonly side: keyof Costs;
  readonly worker: Watched;
  readonly ask: () => Promise<StreamTimes>;
}

function ways({ path, model, beside }: Lane, { chat, bare }: Bench): readonly Way[] {
  const worker = path.startsWith("/v1/") ? chat : bare;
  return [
    { side: "lane", worker, ask: () => timeStream(worker, { path, model }) },
    { side: "reference", worker: bare, ask: () => timeStream(bare, { path: beside, model }) },
  ];
}

interface Measuring {
  readonly streams: number;
  /** Whether the lane comes before its reference. */
  readonly isFirst: boolean;
}

/** CPU time and isolate time are of streams of their own: the profiler costs time too. */
async function measure(costs: Costs, both: readonly Way[], how: Measuring): Promise<void> {
  const { streams, isFirst } = how;
  for (const { side, worker, ask } of isFirst ? both : both.toReversed()) {
    const before = await cpuTime(worker);
    const times = await repeat(streams, ask);
    const cpuMs = ((await cpuTime(worker)) - before) / streams;
    await worker.clock.start();
    await repeat(streams, ask);
    const isolateMs = (await worker.clock.stop()) / streams;
    const of = (read: (time: StreamTimes) => number) => median(times.map(read));
    const firstMs = of((time) => time.firstMs);
    costs[side].push({ cpuMs, isolateMs, firstMs, gapP90Ms: of((time) => time.gapP90Ms) });
  }
}

async function repeat<Value>(count: number, ask: () => Promise<Value>): Promise<Value[]> {
  const values: Value[] = [];
  for (let index = 0; index < count; index++) values.push(await ask());
  return values;
}

async function cpuTime({ pid }: Watched): Promise<number> {
  return pid === undefined ? Number.NaN : readCpuTime(pid);
}

async function watch(file: string, model: ModelServer): Promise<Watched> {
  const worker = await startWorker(file, model.url);
  return { ...worker, clock: await openIsolateClock(worker.inspectorPort) };
}
