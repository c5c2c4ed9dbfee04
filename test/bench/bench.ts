/**
 * `npm run bench [-- --rounds N --only GROUP]`: how big and how slow, each figure beside its reference. A slow figure
 * is no error.
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { bundleWorker } from "../../infra/bundle.ts";
import { ROOT } from "../../local/paths.js";
import { reasonOf } from "../../policy/reason.ts";
import { gatewayRows } from "./gateway-speed.ts";
import { storeRows } from "./log-store.ts";
import { measureReview } from "./review.ts";
import { measureStarts } from "./starts.ts";
import { compare, formatRow, median, type Row } from "./table.ts";
import { runVitest, type Run } from "./vitest-run.ts";
import { workerRows } from "./worker-cost.ts";

const GROUPS = new Map<string, (rounds: number) => AsyncIterable<Row>>([
  ["bundle", bundleRows],
  ["start", startRows],
  ["review", reviewRows],
  ["worker", workerRows],
  ["store", storeRows],
  ["gateway", gatewayRows],
  ["tests", testRows],
]);

const USAGE = `usage: npm run -s bench [-- --rounds N] [--only GROUP]

  --rounds  how often each is measured (5)
  --only    one group: ${[...GROUPS.keys()].join(", ")}`;

const args = readArgs();
console.log(
  `medians of ${args.rounds} rounds; Node ${process.versions.node}, ${availableParallelism()} cores\n`,
);
console.log(formatRow());
// Each as soon as it is known: all rounds of all groups take half an hour.
for (const measure of args.groups)
  for await (const row of measure(args.rounds)) console.log(formatRow(row));

/** Reads the arguments, and ends with the usage where it is wanted or they are invalid. */
function readArgs() {
  try {
    return parse();
  } catch (error) {
    console.error(`error: ${reasonOf(error)}\n\n${USAGE}`);
    return process.exit(2);
  }
}

function parse() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      only: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds is ${values.rounds}; allowed is a whole number from 1`);
  }
  if (values.only === undefined) return { rounds, groups: [...GROUPS.values()] };
  const group = GROUPS.get(values.only);
  if (group !== undefined) return { rounds, groups: [group] };
  throw new Error(`--only is ${values.only}; allowed is one of ${[...GROUPS.keys()].join(", ")}`);
}

async function* bundleRows(): AsyncGenerator<Row> {
  const { file } = await bundleWorker("chat");
  const { length } = gzipSync(await readFile(join(ROOT, file)), { level: 9 });
  yield compare({
    what: "chat Worker, gzipped",
    measured: length / 1024,
    reference: 64,
    unit: "KiB",
    source: "alarm",
  });
}

async function* startRows(rounds: number): AsyncGenerator<Row> {
  const { local, wrangler } = await measureStarts(rounds);
  const beside = { reference: wrangler, source: "wrangler dev", aim: 0.5 };
  yield secondsRow("npm start to first answer", local, beside);
}

async function* reviewRows(rounds: number): AsyncGenerator<Row> {
  const { review, bare } = measureReview(rounds);
  const beside = { reference: bare, source: "node alone", aim: 4 };
  yield secondsRow("npm run review, three stacks", review, beside);
}

interface Beside {
  readonly reference: readonly number[];
  readonly source: string;
  readonly aim: number;
}

/** Compares milliseconds, round by round, in seconds. */
function secondsRow(what: string, times: readonly number[], beside: Beside): Row {
  const reference = median(beside.reference) / 1000;
  return compare({ ...beside, what, unit: "s", measured: median(times) / 1000, reference });
}

async function* testRows(rounds: number): AsyncGenerator<Row> {
  const graph: Run[] = [];
  for (let round = 0; round < rounds; round++)
    graph.push(await runVitest("test/infra/program.test.ts"));
  yield testRow("graph tests, the whole run", 1, graph, ({ runMs }) => runMs);
  yield testRow("graph tests, the tests alone", 1, graph, ({ testsMs }) => testsMs);
  yield testRow("all tests, run once", 60, [await runVitest()], ({ wallMs }) => wallMs);
}

/** Says so when there is nothing to measure, or when a test failed: then the figure is of a broken run. */
function testRow(
  what: string,
  limitSeconds: number,
  runs: readonly Run[],
  read: (run: Run) => number,
): Row {
  const row = compare({
    what,
    measured: median(runs.map(read)) / 1000,
    reference: limitSeconds,
    unit: "s",
    source: "limit",
  });
  const failed = Math.max(...runs.map((run) => run.failed));
  if (failed > 0) {
    process.exitCode = 1;
    return { ...row, ratio: `${failed} failed` };
  }
  return runs.some(({ tests }) => tests === 0) ? { ...row, measured: "no tests", ratio: "" } : row;
}
