/** Scripts Cloudflare's REST API: msw responds to each request of a client within the process. */
import Cloudflare from "cloudflare";
import { getResponse, http, HttpResponse, type HttpResponseResolver } from "msw";

/** A `fetch` that reaches no network, because the script responds. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A scripted API, and the requests that it got. */
export interface ScriptedApi {
  readonly fetch: Fetch;
  readonly api: Cloudflare;
  /** The requests as `GET /accounts/…`, in the order of their arrival. */
  readonly requests: readonly string[];
  /** The bodies of the requests that had one. */
  readonly bodies: readonly unknown[];
}

/**
 * Makes an API from the responses of `GET /path` in turn, of which the last one stays; any other
 * request gets 501.
 */
export function scriptApi(script: Readonly<Record<string, readonly object[]>>): ScriptedApi {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const fetch = fetchFrom(async ({ request }) => {
    const line = `${request.method} ${new URL(request.url).pathname}`;
    const turn = requests.filter((earlier) => earlier === line).length;
    requests.push(line);
    const body = await request.text();
    if (body !== "") bodies.push(JSON.parse(body));
    const answers = script[line] ?? [refusal(501, 501, `not in the script: ${line}`)];
    const answer = answers[turn] ?? answers.at(-1);
    return answer instanceof Response ? answer.clone() : success({ result: answer });
  });
  const baseURL = "https://script.invalid";
  const api = new Cloudflare({ apiToken: "t".repeat(40), baseURL, maxRetries: 0, fetch });
  return { fetch, api, requests, bodies };
}

/** Returns a `fetch` whose every request the resolver answers. */
export function fetchFrom(resolver: HttpResponseResolver): Fetch {
  const handlers = [http.all("*", resolver)];
  return async (input, init) =>
    (await getResponse(handlers, new Request(input, init))) ?? Response.error();
}

/** Makes a successful response. */
export function success(body: {
  readonly result: unknown;
  readonly result_info?: object;
}): Response {
  return HttpResponse.json({ success: true, errors: [], messages: [], ...body });
}

/** Makes a refusal as Cloudflare's API does. */
export function refusal(status: number, code = 10_000, message = "refused"): Response {
  return HttpResponse.json(
    { success: false, errors: [{ code, message }], result: null },
    { status },
  );
}
