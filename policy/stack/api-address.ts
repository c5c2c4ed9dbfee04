import type { Tier } from "../settings/settings.ts";

const CLOUDFLARE = "https://api.cloudflare.com";

/** Returns whether a deploy may send its token there: to Cloudflare, or from a development stack to this machine. */
export function isTrustedApi(address: string, tier: Tier | undefined): boolean {
  const url = URL.parse(address);
  if (url === null || url.username + url.password !== "") return false;
  if (url.origin === CLOUDFLARE) return true;
  // All of 127.0.0.0/8 is this machine, and URL writes every spelling of it in four numbers.
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  return isHere && tier === "development";
}
