/** What becomes of a model call's log under each of the three words of `logs.collect`: decided here, read everywhere. */
import type { Logs } from "../settings/settings.ts";

export interface Collected {
  /** Whether the gateway collects by itself, also from a call beside the Worker that asks for nothing else. */
  readonly gateway: boolean;
  /** Whether a call of the Worker leaves a log. */
  readonly call: boolean;
  /** Whether the log of a call holds prompt and answer. */
  readonly bodies: boolean;
}

/**
 * Metadata only is not a setting of the platform: the gateway stays off, and the Worker switches each of its own calls
 * on, without bodies. The Worker has its own reading of the words (worker/chat/models/call.ts); a test compares both.
 */
export const COLLECT: Readonly<Record<Logs["collect"], Collected>> = {
  full: { gateway: true, call: true, bodies: true },
  metadata: { gateway: false, call: true, bodies: false },
  none: { gateway: false, call: false, bodies: false },
};

export function collected({ collect }: Pick<Logs, "collect">): Collected {
  return COLLECT[collect];
}

/** Whether the Worker's own switches alone make the logs: only such a stack shows that Cloudflare heeds them. */
export function isByWorkerAlone(logs: Pick<Logs, "collect">): boolean {
  const { gateway, call } = collected(logs);
  return call && !gateway;
}
