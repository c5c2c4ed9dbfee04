/** A Logpush job's destination holds keys, in its query, its user part or its path. */

export function leadsTo(bucket: string, destination: string | null | undefined): boolean {
  return destination?.startsWith(`r2://${bucket}/`) === true;
}

/** What of it may be shown: the kind and the host. */
export function hostOf(destination: string | null | undefined): string {
  const url = URL.parse(destination ?? "");
  return url === null ? "an unknown place" : `${url.protocol}//${url.host}`;
}

/** A text of the API's, which may repeat the destination: without what is long enough to be a key. */
export function withoutKeys(text: string, destination: string | null | undefined): string {
  const keys = (destination ?? "").split(/[/?&=:@]/).filter((part) => part.length >= 20);
  // The longest first: one may begin with another.
  return keys
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, key) => rest.replaceAll(key, "…"), text);
}
