import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { ROOT } from "../paths.js";

export interface Order {
  readonly stack: string;
  /** The settings, with full keys and as Pulumi's strings. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a program declares, or the message with which it failed. */
export type Evaluation =
  | { readonly ok: true; readonly resources: readonly Declared[] }
  | { readonly ok: false; readonly message: string };

// A program that never ends would hold up every later reload.
const LIMIT_MS = 60_000;

let prepared: ChildProcess | undefined;

/** Starts the process of the next evaluation: it loads Pulumi while the caller goes on. */
export function prepareEvaluation(): void {
  prepared ??= startProgram();
  // Until it is needed it keeps nobody waiting: a command that ends early ends it too.
  prepared.unref();
  prepared.channel?.unref();
}

/**
 * Runs the stack's own program, `infra/`, and returns what it declares. The program gets a process
 * of its own, because Pulumi's runtime and the modules of the program live as long as their
 * process.
 */
export async function evaluate(order: Order): Promise<Evaluation> {
  const child = prepared ?? startProgram();
  prepared = undefined;
  child.ref();
  child.channel?.ref();
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.once("message", (evaluation: Evaluation) => resolve(evaluation));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(limit);
      const end =
        signal === null ? `ended with code ${code}` : `did not end within ${LIMIT_MS / 1000} s`;
      resolve({ ok: false, message: `the program, infra/, ${end}` });
    });
    child.send(order);
  });
}

function startProgram(): ChildProcess {
  const { CLOUDFLARE_ACCOUNT_ID: _, CLOUDFLARE_BASE_URL: __, ...env } = process.env;
  return fork(join(import.meta.dirname, "program.ts"), {
    cwd: ROOT,
    // Which account and API a deploy takes is nothing to the local account.
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
