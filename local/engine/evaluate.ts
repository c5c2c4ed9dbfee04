import { fork } from "node:child_process";
import { join } from "node:path";

export interface Order {
  readonly stack: string;
  /** Full keys and Pulumi's strings. */
  readonly config: Readonly<Record<string, string>>;
}

export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export type Evaluation =
  | { readonly ok: true; readonly resources: readonly Declared[] }
  | { readonly ok: false; readonly message: string };

/**
 * Runs the stack's own program, `infra/`, and returns what it declares. In a process of its own, because
 * Pulumi's runtime and the modules of the program live as long as their process.
 */
export async function evaluate(order: Order): Promise<Evaluation> {
  const child = fork(join(import.meta.dirname, "program.ts"), {
    cwd: join(import.meta.dirname, "../.."),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (evaluation: Evaluation) => resolve(evaluation));
    child.once("error", reject);
    child.once("exit", (code) =>
      resolve({ ok: false, message: `the program ended with code ${code}` }),
    );
    child.send(order);
  });
}
