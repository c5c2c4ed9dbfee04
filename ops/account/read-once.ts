import type { ClientOptions } from "cloudflare";

import type { Connection } from "./account.ts";

type Fetch = NonNullable<ClientOptions["fetch"]>;

/**
 * Returns the connection with a client that makes each GET once: all checks of a command judge one
 * state of the account. What the API failed to answer is requested again.
 */
export function readOnce<C extends Connection>(connection: C): C {
  const { cloudflare } = connection;
  // The SDK's types hide it; `withOptions` hands it on.
  const request: Fetch = Reflect.get(cloudflare, "fetch");
  const made = new Map<string, Promise<Response>>();
  const fetch: Fetch = async (input, init) => {
    if (init?.method?.toUpperCase() !== "GET") return request(input, init);
    const url = input instanceof Request ? input.url : String(input);
    const answer = made.get(url) ?? request(input, init);
    made.set(url, answer);
    const isAnswered = await answer
      .then(({ status }) => status < 500 && status !== 429)
      .catch(() => false);
    if (!isAnswered) made.delete(url);
    return (await answer).clone();
  };
  return { ...connection, cloudflare: cloudflare.withOptions({ fetch }) };
}
