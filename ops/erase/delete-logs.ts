/**
 * Deletion by id, and by nothing else. A caller's name as a filter (`metadata.key`, `metadata.value`) could choose a log
 * that has the name under another key, or one that was written since we looked.
 */
import { ask, type Account } from "../account/account.ts";
import { CommandError } from "../cli/define-command.ts";
import { listLogs, PER_PAGE, type Filter } from "../logs/find.ts";
import type { Log } from "../logs/log.ts";

/** Throws a CommandError, and deletes nothing more, where the API does not heed the filter. */
export async function deleteLogs(
  account: Account,
  logs: readonly Log[],
  onDeleted: (count: number) => void = () => {},
): Promise<void> {
  for (let start = 0; start < logs.length; start += PER_PAGE) {
    const batch = logs.slice(start, start + PER_PAGE);
    // The same filter lists first: no parameter of a deletion is required, and one without a filter would take all.
    await listBatch(account, batch);
    await deleteBatch(account, batch);
    onDeleted(start + batch.length);
  }
}

export async function isGone(account: Account, logs: readonly Log[]): Promise<boolean> {
  return (await listBatch(account, logs)).length === 0;
}

async function listBatch(account: Account, batch: readonly Log[]): Promise<readonly Log[]> {
  const listed = await listLogs(account, { filters: [idFilter(batch)] });
  const ids = new Set(batch.map(({ id }) => id));
  if (listed.every(({ id }) => ids.has(id))) return listed;
  throw new CommandError(
    "the Logs API does not heed a filter by id: it listed other logs too; nothing was deleted with it",
  );
}

async function deleteBatch(
  { accountId, cloudflare, stack }: Account,
  batch: readonly Log[],
): Promise<void> {
  const { gatewayId } = stack.settings;
  await ask(
    `delete logs of ${gatewayId}`,
    "AI Gateway Write (AI Gateway Edit in the dashboard)",
    cloudflare.aiGateway.logs.delete(gatewayId, {
      account_id: accountId,
      filters: [idFilter(batch)],
      limit: batch.length,
      order_by: "created_at",
      order_by_direction: "asc",
    }),
  );
}

function idFilter(batch: readonly Log[]): Filter {
  return { key: "id", operator: "eq", value: batch.map(({ id }) => id) };
}
