/** Checks whether an address is this machine's own. URL writes all of 127.0.0.0/8 in numbers. */
export function isLoopback(url: string | URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
