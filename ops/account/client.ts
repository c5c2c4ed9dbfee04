import Cloudflare, { type ClientOptions } from "cloudflare";

import { parseJson } from "../../policy/json.ts";

/**
 * The official SDK, with one encoding corrected. It writes a list of filters as
 * `filters.key=…&filters.operator=…`, which Cloudflare is reported to ignore: a list would then
 * hold every log, and a deletion would take every log. JSON is heeded.
 * https://github.com/cloudflare/cloudflare-typescript/issues/2723
 */
export class Client extends Cloudflare {
  constructor(options: ClientOptions) {
    super({ ...options, fetch: checked(options.fetch ?? fetch) });
  }

  protected override stringifyQuery(query: object): string {
    const filters: unknown = Reflect.get(query, "filters");
    const written = Array.isArray(filters) ? { ...query, filters: JSON.stringify(filters) } : query;
    return super.stringifyQuery(written);
  }
}

type Fetch = NonNullable<ClientOptions["fetch"]>;

// A body of a log is whatever the model's provider sent.
const ANY_BODY = /\/logs\/[^/]+\/(?:request|response)$/;

/** Refuses a success that is no JSON object: the SDK takes a proxy's page for an empty list. */
function checked(request: Fetch): Fetch {
  return async (input, init) => {
    const response = await request(input, init);
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    // A file, such as a Worker's code or a copy in R2, is requested as something else.
    const isJson = new Headers(init?.headers).get("accept") === "application/json";
    if (!response.ok || response.status === 204 || !isJson || ANY_BODY.test(pathname)) {
      return response;
    }
    const text = await response.text();
    const body = parseJson(text);
    if (typeof body === "object" && body !== null) return new Response(text, response);
    throw new Error(`status ${response.status} with what is no JSON object`);
  };
}
