/**
 * Checks whether an address is this machine's own. All of 127.0.0.0/8 is, and URL writes every
 * spelling of it in four numbers.
 */
export function isLoopback(url: string | URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
