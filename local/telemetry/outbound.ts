/** Leads what a Worker measures to the local account, in place of who would get it at Cloudflare. */
import { isLoopback } from "../../policy/gateway/telemetry.ts";
import { textBinding, type Script } from "../account.ts";
import { DATASETS } from "./datasets.ts";

/** The path below that of the bindings where the account takes spans. */
export const SPANS = "/spans";

/** The path below that of the bindings where the account takes data points; a dataset follows. */
export const POINTS = "/points/";

/**
 * Returns where measurements go that a Worker sends to an address: spans to the collector itself
 * where it is on this machine, everything else to the account; undefined where the address is none
 * of theirs.
 */
export function placeFor(
  script: Pick<Script, "bindings">,
  address: string,
  binding: URL,
): string | undefined {
  if (address.startsWith(DATASETS)) {
    return `${binding.href}${POINTS}${address.slice(DATASETS.length)}`;
  }
  const { url }: { url?: unknown } = Object(JSON.parse(textBinding(script, "TRACES") ?? "{}"));
  if (url !== address) return undefined;
  return isLoopback(address) ? address : `${binding.href}${SPANS}`;
}
