/**
 * Deletes logs by id only. A caller's name as a filter (`metadata.key`, `metadata.value`) could
 * match a log that has the name under another key, or one that was written since the list was read.
 */
import { PERMISSIONS } from "../../policy/platform.ts";
import { need, tryRequest, type Gateway } from "../account/account.ts";
import { CommandError } from "../cli/errors.ts";
import { listParsed, type Log } from "../look/logs.ts";
import { PER_PAGE, type Filter } from "../look/logs-api.ts";

/** Deletes logs by page. Throws a CommandError, and stops, where the API ignores the filter. */
export async function deleteLogs(
  gateway: Gateway,
  logs: readonly Log[],
  onDeleted: (count: number) => void = () => {},
): Promise<void> {
  for (let start = 0; start < logs.length; start += PER_PAGE) {
    const batch = logs.slice(start, start + PER_PAGE);
    // The same filter lists first: no parameter of a deletion is required, and one without a filter
    // would delete all logs.
    await listBatch(gateway, batch);
    await deleteBatch(gateway, batch);
    onDeleted(start + batch.length);
  }
}

/** Checks that none of the logs is listed any more. */
export async function isGone(gateway: Gateway, logs: readonly Log[]): Promise<boolean> {
  return (await listBatch(gateway, logs)).length === 0;
}

async function listBatch(gateway: Gateway, batch: readonly Log[]): Promise<readonly Log[]> {
  const listed = await listParsed(gateway, { filters: [idFilter(batch)] });
  const ids = new Set(batch.map(({ id }) => id));
  if (listed.every(({ id }) => ids.has(id))) return listed;
  throw new CommandError(
    "the Logs API does not heed a filter by id: it listed other logs too; nothing was deleted with it",
  );
}

async function deleteBatch(
  { accountId, cloudflare, gatewayId }: Gateway,
  batch: readonly Log[],
): Promise<void> {
  const request = () =>
    cloudflare.aiGateway.logs.delete(gatewayId, {
      account_id: accountId,
      filters: [idFilter(batch)],
      limit: batch.length,
      order_by: "created_at",
      order_by_direction: "asc",
    });
  need(`delete logs of ${gatewayId}`, await tryRequest(PERMISSIONS.writeGateways, request));
}

function idFilter(batch: readonly Log[]): Filter {
  return { key: "id", operator: "eq", value: batch.map(({ id }) => id) };
}
