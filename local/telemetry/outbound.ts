/** Leads what a Worker measures to the local account, in place of who would get it at Cloudflare. */
import { isLoopback } from "../../policy/gateway/telemetry.ts";
import { textBinding, type Script } from "../account.ts";

/** The path below that of the bindings where the account takes spans. */
export const SPANS = "/spans";

/**
 * Returns where spans go that a Worker sends to an address: to the collector itself where it is on
 * this machine, else to the account; undefined where the address is not that of a collector.
 */
export function collectorFor(
  script: Pick<Script, "bindings">,
  address: string,
  binding: URL,
): string | undefined {
  const { url }: { url?: unknown } = Object(JSON.parse(textBinding(script, "TRACES") ?? "{}"));
  if (url !== address) return undefined;
  return isLoopback(address) ? address : `${binding.href}${SPANS}`;
}
