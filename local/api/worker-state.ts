/** The Workers of the account: found, kept and served. */
import { refuse } from "./envelope.ts";
import { param, type ApiContext } from "./route.ts";
import { toServed, withEarlier, type WorkerRecord } from "./worker-record.ts";

export const WORKERS = "/accounts/:account/workers";
export const SCRIPT = `${WORKERS}/scripts/:script`;
export const READ = ["Workers Scripts Read", "Workers Scripts Write"] as const;
export const WRITE = ["Workers Scripts Write"] as const;

/** Returns the Worker that the path names; throws an ApiError where there is none. */
export function workerOf(c: ApiContext): WorkerRecord {
  const worker = c.env.account.find("workers", param(c, "script"));
  return worker ?? refuse(404, 10_007, "This Worker does not exist on your account.");
}

/** Serves, keeps and announces a Worker; throws an ApiError where it does not load. */
export async function deploy({ env }: ApiContext, worker: WorkerRecord): Promise<void> {
  const address = await env.workers.find(worker.name);
  const before = env.account.find("workers", worker.name);
  // It is served first: a Worker that does not load is not kept.
  const served = await env.workers.serve(toServed(worker)).catch((cause: unknown) => {
    const message = "the Worker does not load; the runtime says why where npm start runs";
    return refuse(400, 10_021, `${message}: ${String(cause)}`);
  });
  const kept = before === undefined ? worker : withEarlier(worker, before);
  env.account.put("workers", worker.name, kept);
  if (served.href === address?.href) return;
  env.print?.(`${worker.name}, as it was uploaded: ${served.origin}`);
}
