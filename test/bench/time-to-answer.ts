import { spawn, type ChildProcess } from "node:child_process";
import { get, type OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import getPort, { portNumbers } from "get-port";

export interface Server {
  readonly name: string;
  /** What Node is started with. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly headers?: OutgoingHttpHeaders;
  isAnswer(status: number): boolean;
}

interface Running {
  readonly child: ChildProcess;
  /** It has ended and everything it printed has arrived. */
  readonly closed: Promise<unknown>;
  /** What it has printed so far. */
  readonly output: () => string;
}

const MAX_START_MS = 60_000;
const MAX_STOP_MS = 10_000;
const POLL_MS = 5;

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach(killGroup));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/**
 * Milliseconds from the start of a server's process to its first answer to `GET /`. Nothing that it started outlives
 * the call. Rejects, with what the server printed, when it ends or stays silent for a minute.
 */
export async function timeToAnswer(server: Server): Promise<number> {
  // Below the ports that a system gives to clients: among those, a poll before anybody listens can connect to itself.
  const port = await getPort({ host: "127.0.0.1", port: portNumbers(20_000, 30_000) });
  const startedAt = performance.now();
  const { child, closed, output } = start(server, port);
  try {
    for (;;) {
      const status = await ask(port, server.headers);
      const elapsed = performance.now() - startedAt;
      if (status !== undefined && server.isAnswer(status)) return elapsed;
      const end = child.exitCode ?? child.signalCode;
      if (end !== null || elapsed > MAX_START_MS) {
        const fate =
          end === null ? `is silent after ${MAX_START_MS / 1000} s` : `ended with ${end}`;
        killGroup(child);
        await closed;
        throw new Error(`${server.name} ${fate}, last status ${status}; it printed:\n${output()}`);
      }
      await sleep(POLL_MS);
    }
  } finally {
    child.kill("SIGTERM");
    await Promise.race([closed, sleep(MAX_STOP_MS, undefined, { ref: false })]);
    killGroup(child);
    await closed;
    running.delete(child);
  }
}

function start(server: Server, port: number): Running {
  const child = spawn(process.execPath, [...server.args, "--port", String(port)], {
    env: { ...process.env, ...server.env },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, so that its children can be ended with it.
    detached: true,
  });
  running.add(child);
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  }
  const closed = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  return { child, closed, output: () => chunks.join("") };
}

/** The status, or undefined while nobody listens. Not fetch: it costs much of a core at this pace. */
function ask(port: number, headers: OutgoingHttpHeaders = {}): Promise<number | undefined> {
  const options = { host: "127.0.0.1", port, headers, agent: false, timeout: MAX_START_MS };
  return new Promise((resolve) => {
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(undefined));
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing of it is left, which is the aim.
  }
}
