/** Probes what a filtered deletion and a deleted gateway leave behind. */
import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { answered, notAnswered } from "./answer.ts";
import { findLog, listIds, waitForIds, type DataPlane } from "./data-plane.ts";
import { REQUIRED, type Scratch } from "./scratch.ts";

/** Deletes the logs that `probeHeaders` left, first with a filter that matches none. */
export async function probeDeletion(scratch: Scratch, plane: DataPlane): Promise<EvidenceAnswer> {
  const question = "delete-by-age";
  const before = await listIds(scratch);
  if (before.length < 2) return notAnswered(question, `${before.length} logs are there`);
  await deleteOldest(scratch, "2000-01-01T00:00:00Z", 10);
  const untouched = (await listIds(scratch)).length;
  const started = performance.now();
  await deleteOldest(scratch, new Date().toISOString(), 1);
  const left = await waitForIds(scratch, plane, (ids) => ids.length < untouched);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const deleted = before.filter((id) => !left.includes(id));
  const found = await Promise.all(deleted.map((id) => isThere(scratch, id)));
  const hidden = found.filter(Boolean).length;
  const seen = `older than 2000: ${before.length - untouched} of ${before.length} deleted; older than now, limit 1: ${untouched - left.length} deleted after ${seconds} s, ${hidden} of them found by id`;
  if (untouched === before.length && deleted.length === 0) return notAnswered(question, seen);
  const isAsRequested = untouched === before.length && deleted.length === 1 && hidden === 0;
  return answered(question, isAsRequested ? "kept" : "broken", seen);
}

/** Deletes the gateway and makes it again. `withScratch` later removes the second one. */
export async function probeDeletedGateway(scratch: Scratch): Promise<EvidenceAnswer> {
  const { cloudflare, accountId, gatewayId } = scratch;
  const [id] = await listIds(scratch);
  if (id === undefined) return notAnswered("gateway-deleted", "there is no log");
  await cloudflare.aiGateway.delete(gatewayId, { account_id: accountId });
  await cloudflare.aiGateway.create({ account_id: accountId, id: gatewayId, ...REQUIRED });
  const isFound = await isThere(scratch, id);
  const count = (await listIds(scratch)).length;
  return answered(
    "gateway-deleted",
    isFound || count > 0 ? "broken" : "kept",
    `in a new gateway of the same id the log is ${isFound ? "found" : "not found"} by its id, and ${count} are listed`,
  );
}

/** Deletes the oldest logs as the retention Worker does. */
async function deleteOldest(scratch: Scratch, than: string, limit: number): Promise<void> {
  const { cloudflare, accountId, gatewayId } = scratch;
  await cloudflare.aiGateway.logs.delete(gatewayId, {
    account_id: accountId,
    filters: [{ key: "created_at", operator: "lt", value: [than] }],
    limit,
    order_by: "created_at",
    order_by_direction: "asc",
  });
}

async function isThere(scratch: Scratch, id: string): Promise<boolean> {
  return (await findLog(scratch, id)) !== undefined;
}
