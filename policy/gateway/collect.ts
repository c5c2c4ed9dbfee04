/** Decides what becomes of a call's log under each `logs.collect`; all else reads it here. */
import type { Logs } from "../settings/settings.ts";

/** The parts of a model call that are collected, and by whom. */
export interface Collected {
  /** Whether the gateway collects by itself, also from a call beside the Worker. */
  readonly gateway: boolean;
  /** Whether a call of the Worker leaves a log. */
  readonly call: boolean;
  /** Whether the log of a call holds prompt and answer. */
  readonly bodies: boolean;
}

/**
 * The decision. Metadata alone is no setting of the platform: the gateway stays off, and the Worker
 * switches each of its own calls on, without bodies. The Worker interprets the values itself
 * (worker/chat/models/call.ts); a test compares both.
 */
export const COLLECT: Readonly<Record<Logs["collect"], Collected>> = {
  full: { gateway: true, call: true, bodies: true },
  metadata: { gateway: false, call: true, bodies: false },
  none: { gateway: false, call: false, bodies: false },
};

/** Returns what a stack collects. */
export function collected({ collect }: Pick<Logs, "collect">): Collected {
  return COLLECT[collect];
}

/** Checks whether logs come of the Worker's switches alone, and so prove that they work. */
export function isByWorkerAlone(logs: Pick<Logs, "collect">): boolean {
  const { gateway, call } = collected(logs);
  return call && !gateway;
}
