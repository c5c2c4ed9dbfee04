import type Cloudflare from "cloudflare";
import { z } from "zod";

import type { Settings } from "../../policy/settings/settings.ts";
import { describeFailure, isNotFound, NO_CREDENTIALS, type Place } from "./api.ts";

// The SDK returns the whole object, and types two of its fields.
const total = z.object({ total_count: z.number() });

/**
 * Warns how many logs are deleted with a gateway. Throws where the stack now protects its gateway:
 * the one that is about to be deleted was deployed before that, so nothing else holds it.
 */
export async function warnOfLogs(
  api: Cloudflare | undefined,
  { accountId, gatewayId }: Place,
  { protect, system, warn }: LogsScene,
): Promise<void> {
  const found = await countLogs(api, { accountId, gatewayId });
  if (found === 0 && system === "legacy") return;
  const logs = `its logs (${describe(found)})`;
  if (!protect) {
    warn(`gateway ${gatewayId} goes, and ${logs} with it; nothing brings them back`);
    return;
  }
  throw new Error(
    `gateway ${gatewayId} would be deleted with ${logs}: it was deployed with protect: false, ` +
      "and the stack now declares protect: true; deploy that alone first, which keeps the gateway, " +
      "or set protect: false where the logs may go",
  );
}

/** The stack's declarations about its logs, and a way to warn. */
interface LogsScene {
  readonly protect: boolean;
  readonly system: Settings["logs"]["system"];
  readonly warn: (message: string) => void;
}

/** Returns the number of logs, or why it is not known. */
async function countLogs(api: Cloudflare | undefined, place: Place): Promise<number | string> {
  if (api === undefined) return NO_CREDENTIALS;
  const query = { account_id: place.accountId, page: 1, per_page: 1 };
  try {
    const { result_info } = await api.aiGateway.logs.list(place.gatewayId, query);
    return total.safeParse(result_info).data?.total_count ?? "the API gives no total";
  } catch (error) {
    return isNotFound(error) ? 0 : describeFailure(error);
  }
}

function describe(found: number | string): string {
  if (typeof found === "string") return `how many is not known: ${found}`;
  // It is not known whether the Logs API lists the logs of that system.
  return found === 0
    ? "how many is not known on Workers Observability"
    : found.toLocaleString("en-US");
}
