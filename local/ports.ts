/** The ports of loopback at which a stack answers. */
import getPort, { portNumbers } from "get-port";

import { print } from "./print.ts";
import { StackError } from "./stack-error.ts";

export const HOST = "127.0.0.1";

/** The port of the Worker, where the command line names none. */
export const DEFAULT_PORT = 8787;

/**
 * Returns the port that the command line names; where it names none, the first free one from the
 * default on. Throws a StackError where the named one is busy: a client is set to it.
 */
export async function freePort(named: number | undefined): Promise<number> {
  if (named === undefined) {
    const port = await nextPort(DEFAULT_PORT);
    if (port !== DEFAULT_PORT) print(`port ${DEFAULT_PORT} is busy: taking ${port}`);
    return port;
  }
  if ((await getPort({ host: HOST, port: named })) === named) return named;
  const remedy = "end what listens there, name another, or leave --port out for the next free one";
  throw new StackError(`--port ${named} is busy; ${remedy}`);
}

export async function nextPort(from: number): Promise<number> {
  return getPort({ host: HOST, port: portNumbers(from, from + 100) });
}
