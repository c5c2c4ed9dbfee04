import type { Gateway } from "../account/account.ts";
import { findLogs, type Log, type LogQuery } from "../look/logs.ts";

// A log is written after its response, and two may be written in another order.
// https://github.com/cloudflare/ai/issues/255
const LATE_MS = 15_000;

/** Yields new logs, oldest first, until `wait` resolves to false. `known` were shown before. */
export async function* followLogs(
  gateway: Gateway,
  query: LogQuery,
  { known, wait }: { readonly known: readonly Log[]; readonly wait: () => Promise<boolean> },
): AsyncGenerator<readonly Log[], void> {
  const seen = new Map(known.map(({ id, createdAt }) => [id, createdAt.getTime()]));
  const begin = query.since?.getTime() ?? 0;
  while (await wait()) {
    // The logs' own time counts, because this machine's clock may differ.
    const since = new Date(Math.max(begin, ...seen.values()) - LATE_MS);
    forgetBefore(seen, since);
    const choice = { ...query, since: new Date(Math.max(begin, since.getTime())) };
    const found = await Array.fromAsync(findLogs(gateway, choice, "oldest first"));
    const fresh = found.filter(({ id }) => !seen.has(id));
    for (const { id, createdAt } of fresh) seen.set(id, createdAt.getTime());
    if (fresh.length > 0) yield fresh;
  }
}

/** Forgets logs that no later poll requests. */
function forgetBefore(seen: Map<string, number>, moment: Date): void {
  for (const [id, createdAt] of seen) if (createdAt < moment.getTime()) seen.delete(id);
}
