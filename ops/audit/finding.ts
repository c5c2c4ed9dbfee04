/** One line of an audit. */
export interface Finding {
  readonly area: "gateways" | "storage" | "Workers" | "tokens" | "Logpush" | "stack files";
  /** ok; wrong: somebody must act; note: good to know; unseen: it could not be looked at, so nothing is said of it. */
  readonly kind: "ok" | "wrong" | "note" | "unseen";
  /** What it is about: a gateway, a Worker, a token. */
  readonly where: string;
  readonly what: string;
  /** What to do. */
  readonly remedy?: string;
}
