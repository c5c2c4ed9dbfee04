/** The local gateway beside the direct call, and beside Portkey's gateway where that is installed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { load, type Load } from "./load.ts";
import { compare, median, type Row } from "./table.ts";
import { PORTKEY, startWays, type Ways } from "./ways.ts";

const CONNECTIONS = [1, 10, 100];
const ROUND_MS = 1000;
const WARM_UP_MS = 2000;

/** One of each way, made in turn. */
interface Round {
  readonly direct: Load;
  readonly gateway: Load;
  readonly portkey: Load | undefined;
}

export async function* gatewayRows(rounds: number): AsyncGenerator<Row> {
  const folder = await mkdtemp(join(tmpdir(), "ai-gateway-bench-"));
  const ways = await startWays(folder);
  try {
    await measureRound(ways, 10, WARM_UP_MS);
    for (const connections of CONNECTIONS) {
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round++) {
        measured.push(await measureRound(ways, connections, ROUND_MS));
      }
      yield* rowsOf(connections, measured);
    }
    if (ways.portkey === undefined) yield notInstalled();
  } finally {
    ways.stop();
    await rm(folder, { recursive: true, maxRetries: 3 });
  }
}

async function measureRound(ways: Ways, connections: number, ms: number): Promise<Round> {
  const args = { connections, ms };
  return {
    direct: await load(ways.direct, args),
    gateway: await load(ways.gateway, args),
    portkey: ways.portkey && (await load(ways.portkey, args)),
  };
}

function rowsOf(connections: number, rounds: readonly Round[]): Row[] {
  const name = connections === 1 ? "1 connection" : `${connections} connections`;
  const beside = (way: "direct" | "portkey", figure: keyof Load) => ({
    measured: read(rounds, "gateway", figure),
    reference: read(rounds, way, figure),
    source: way,
  });
  const requests = { what: `local gateway, ${name}`, unit: "/s" };
  const rows = [
    { ...compare({ ...requests, ...beside("direct", "perSecond") }), aim: "" },
    { ...compare({ what: "  p99", unit: "ms", ...beside("direct", "p99") }), aim: "" },
  ];
  if (rounds[0]?.portkey === undefined) return rows;
  const direct = read(rounds, "direct", "p50");
  const p50 = beside("portkey", "p50");
  const added = { measured: p50.measured - direct, reference: p50.reference - direct };
  return [
    ...rows,
    compare({ ...requests, ...beside("portkey", "perSecond"), atLeast: connections > 1 ? 5 : 2.2 }),
    compare({ what: "  p50 that it adds", unit: "ms", source: "portkey", ...added, aim: 0.4 }),
  ];
}

function read(rounds: readonly Round[], way: keyof Round, figure: keyof Load): number {
  return median(rounds.map((round) => round[way]?.[figure] ?? Number.NaN));
}

function notInstalled(): Row {
  const what = `  Portkey's is left out: npm i --no-save --ignore-scripts -E ${PORTKEY}`;
  return { what, measured: "", reference: "", ratio: "", aim: "" };
}
