import { isLoopback } from "../loopback.ts";
import type { Tier } from "../settings/settings.ts";

const CLOUDFLARE = "https://api.cloudflare.com";

/** Returns whether a deploy may send its token there: to Cloudflare, or from a development stack to this machine. */
export function isTrustedApi(address: string, tier: Tier | undefined): boolean {
  const url = URL.parse(address);
  if (url === null || url.username + url.password !== "") return false;
  if (url.origin === CLOUDFLARE) return true;
  return isLoopback(url) && tier === "development";
}
