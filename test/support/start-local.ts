/** Runs `npm start` in a copy of the project, and reads what its page lists. */
import { createHash } from "node:crypto";

import getPort, { portNumbers } from "get-port";

import { start, type Project, type Started } from "./project.ts";
import { ROOT } from "./settings.ts";
import { visit } from "./visit.ts";

/** A running `npm start`. */
export interface Local {
  readonly process: Started;
  readonly worker: string;
  /** The origin of the local account's server. */
  readonly logs: string;
  /** Fetches one of its pages as text; the list of logs if no path is given. */
  readonly page: (path?: string) => Promise<string>;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly chat: (headers?: Record<string, string>) => Promise<Response>;
}

/** Starts it on a free port, unless the arguments name one. The caller stops it. */
export async function startLocal(
  project: Project,
  stack: string,
  args: readonly string[] = [],
): Promise<Local> {
  const port = args.includes("--port") ? [] : ["--port", String(await freePort())];
  const process = start(project, "local/start.js", ["--stack", stack, ...port, ...args]);
  const found = await process.waitFor(/Worker +(\S+)\n +Logs +(\S+)\n +Key +(\S+)[^]*Ctrl-C/);
  const [, worker = "", page = "", key = ""] = found;
  const logs = new URL(page).origin;
  const authorization = { authorization: `Bearer ${key}` };
  const body = JSON.stringify({
    model: "@cf/openai/gpt-oss-120b",
    messages: [{ role: "user", content: "a secret prompt" }],
  });
  return {
    process,
    worker,
    logs,
    page: async (path = "/") => fetchText(logs + path, await visit(page)),
    key,
    headers: authorization,
    chat: (headers) =>
      fetch(`${worker}/v1/chat/completions`, {
        method: "POST",
        headers: { ...authorization, ...headers },
        body,
      }),
  };
}

// Below those that a system hands out by itself: between the choice of a port and its use, nobody else gets it. Each
// process of a run has a hundred of its own, as another run in another folder has.
const RUN = createHash("sha256").update(ROOT).digest().readUInt8() % 20;
const FIRST_PORT = 10_000 + 1000 * RUN + 100 * (Number(process.env["VITEST_POOL_ID"] ?? 0) % 10);

let starts = 0;

/** Returns a port of loopback that is free, as those after it are, for a process that is about to start. */
export function freePort(): Promise<number> {
  const first = FIRST_PORT + 10 * (starts++ % 10);
  return getPort({ host: "127.0.0.1", port: portNumbers(first, first + 9) });
}

/** Fetches a page as text. */
export async function fetchText(
  url: string,
  headers: Record<string, string> = {},
): Promise<string> {
  return (await fetch(url, { headers })).text();
}

/** Lists the cells of the list of logs, row by row, without each one's time. */
export function rows(page: string): string[][] {
  const [list = ""] = /<table id="logs">[^]*?<\/table>/.exec(page) ?? [];
  return [...list.matchAll(/<tr[^>]*>(?<cells>[^]*?)<\/tr>/g)]
    .map(([, cells = ""]) => [...cells.matchAll(/<td[^>]*>([^]*?)<\/td>/g)])
    .map((cells) => cells.map(([, cell = ""]) => cell.replaceAll(/<[^>]*>/g, "").trim()))
    .filter((cells) => cells.length > 0);
}
