/** Provides a gateway for experiments, which is removed when the work is over, however it ends. */
import { randomBytes } from "node:crypto";

import type { Connection, Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { printError } from "../cli/print.ts";

/** The scratch gateway of a probe. */
export interface Scratch extends Gateway {
  /** Aborted by Ctrl-C: the work stops at its next step, and then the gateway is removed. */
  readonly signal: AbortSignal;
}

/** The fields that the API requires of every gateway, all off. */
export const REQUIRED = {
  cache_invalidate_on_update: true,
  cache_ttl: 0,
  collect_logs: false,
  rate_limiting_interval: 0,
  rate_limiting_limit: 0,
};

/** Runs the work, then removes the gateway that the work made. */
export async function withScratch<T>(
  connection: Connection,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const gatewayId = `probe-${randomBytes(6).toString("hex")}`;
  const interruption = new AbortController();
  const { signal } = interruption;
  const stop = () =>
    interruption.abort(new CommandError("interrupted; the scratch gateway is removed"));
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await work({ ...connection, gatewayId, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await remove(connection, gatewayId);
    for (const name of SIGNALS) process.off(name, stop);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function remove({ cloudflare, accountId }: Connection, gatewayId: string): Promise<void> {
  const gone = cloudflare.aiGateway.delete(gatewayId, { account_id: accountId });
  await gone.catch((error: unknown) => {
    // The gateway does not exist, or the token may not remove it and so could not have made it.
    if ([401, 403, 404].includes(Object(error).status)) return;
    printError(`error: the gateway ${gatewayId} could not be removed; delete it by hand`);
    process.exitCode = 2;
  });
}
