/** Sends one request, and sorts its answer: taken, to be repeated, or never to be. */
import { parseJson } from "../json.ts";

/** What a run needs of the runtime; a test brings its own. */
export interface Platform {
  fetch(url: string, init: RequestInit): Promise<Reply>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** The part of a Response that is read. */
export interface Reply extends Pick<Response, "ok" | "status" | "text"> {
  readonly headers: Pick<Headers, "get">;
  readonly body: Pick<ReadableStream, "cancel"> | null;
}

/** What became of a request. */
export type Answer = Answered | Busy | Refused;

/** A successful answer. */
export interface Answered {
  readonly kind: "answered";
  readonly status: number;
  /** The parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  /** The server's own clock, in milliseconds; NaN where it is not reported. */
  readonly serverTime: number;
}

/**
 * A request that may be repeated: the server has too many, is broken, or did not answer. It may
 * have been done.
 */
export interface Busy {
  readonly kind: "busy";
  readonly status?: number;
  /** The wait that the server requests. */
  readonly waitMs?: number;
}

interface Refused {
  readonly kind: "refused";
  readonly status: number;
}

const REQUEST_MS = 30_000;
const MIN_WAIT_MS = 1000;

interface Call {
  readonly method: "GET" | "DELETE";
  readonly url: string;
  readonly token: string;
}

/** Sends a request; never rejects. */
export async function send({ method, url, token }: Call, platform: Platform): Promise<Answer> {
  try {
    const response = await platform.fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}` },
      // A redirect that is followed could take the token elsewhere.
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return await readAnswer(response, platform.now());
  } catch {
    return { kind: "busy" };
  }
}

async function readAnswer(response: Reply, now: number): Promise<Answer> {
  const { status, headers } = response;
  if (response.ok) {
    // The body is read as text, so that only a broken connection throws.
    const body = parseJson(await response.text());
    return { kind: "answered", status, body, serverTime: Date.parse(headers.get("date") ?? "") };
  }
  await response.body?.cancel();
  if (status !== 408 && status !== 429 && status < 500) return { kind: "refused", status };
  const waitMs = retryAfter(headers.get("retry-after"), now);
  return { kind: "busy", status, ...(waitMs !== undefined && { waitMs }) };
}

/** Reads a `retry-after` header, which has seconds or a date. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(waitMs) ? Math.max(MIN_WAIT_MS, waitMs) : undefined;
}
