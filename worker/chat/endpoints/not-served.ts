/** The paths that clients ask for by themselves and that cannot be served, each with the reason. */
export const NOT_SERVED: ReadonlyMap<string, string> = new Map([
  [
    "/v1/messages/count_tokens",
    "tokens cannot be counted here: the gateway asks no model to count, and a guess would mislead; a client's own estimate does",
  ],
]);
