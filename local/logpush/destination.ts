/**
 * Reads where a Logpush job pushes:
 * `r2://bucket/{DATE}?account-id=…&access-key-id=…&secret-access-key=…`.
 */

interface Destination {
  /** The address without its keys: `r2://bucket/{DATE}` */
  readonly place: string;
  /** The bucket; undefined where it is none of R2's. */
  readonly bucket: string | undefined;
  /** The folders in the bucket: `["{DATE}"]` */
  readonly folders: readonly string[];
  readonly keys: URLSearchParams;
}

export function readDestination(destination: string): Destination {
  const [place = "", query] = destination.split("?");
  const [scheme, , bucket = "", ...folders] = place.split("/");
  const keys = new URLSearchParams(query);
  return { place, bucket: scheme === "r2:" ? bucket : undefined, folders, keys };
}
