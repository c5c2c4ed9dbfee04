/**
 * The whole chat Worker as one function: what a request gets, and the lines that it leaves. A test
 * replies in the model's place, and stubs `fetch` where the Worker fetches.
 */
import { afterEach, beforeEach, vi } from "vitest";

import app from "../../worker/chat/index.ts";
import { BINDINGS, TOKEN } from "./bindings.ts";
import { models } from "./models.ts";

/** An answer of a model, with the id of its log in a header. */
export const HI = { response: "hello", usage: { prompt_tokens: 3, completion_tokens: 1 } };
const LOG_ID = { "cf-aig-log-id": "log-1" };

/** What the Worker wrote to its console, by level. */
export const lines: string[] = [];
export const errors: string[] = [];

/** Keeps what the Worker writes, for each test by itself, and takes back what a test stubs. */
export function watchLines(): void {
  beforeEach(() => {
    vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
    vi.spyOn(console, "error").mockImplementation((text: string) => void errors.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    lines.length = 0;
    errors.length = 0;
  });
}

/** The last line that was written, parsed. */
export const line = (): unknown => JSON.parse([...lines, ...errors].at(-1) ?? "null");

/** A request whose headers are plain fields. */
export interface Init extends Omit<RequestInit, "headers"> {
  readonly headers?: Readonly<Record<string, string>>;
}

export type Run = (
  model: string,
  inputs: { readonly text?: readonly string[] },
) => Promise<Response>;

/** The binding's two functions, as the last request called them. */
export const run = vi.fn<Run>();
export const gateway = vi.fn<(id: string) => object>();

const hello: Run = async () => Response.json(HI, { headers: LOG_ID });

/** What a request gets, where the stack has these bindings. */
// oxlint-disable-next-line eslint/max-params -- the reply is seldom another
export async function ask(path: string, init: Init = {}, changes: object = {}, reply: Run = hello) {
  run.mockReset().mockImplementation(reply);
  const own = { AI: { run, gateway }, MODELS: JSON.stringify(models("@cf/a/a", "openai/b")) };
  const env = { ...BINDINGS, ...own, MAX_BODY_BYTES: "200", ...changes };
  const waited: Promise<unknown>[] = [];
  const context = {
    waitUntil: (work: Promise<unknown>) => void waited.push(work),
    passThroughOnException: () => {},
    props: {},
  };
  const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers };
  const request = new Request(`https://worker.test${path}`, { ...init, headers });
  const response = await app.fetch(request, env, context);
  const text = await response.text();
  await Promise.all(waited);
  const body: unknown = text.startsWith("{") ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

/** The path of OpenAI's chat, a request to it, and the bindings that let a larger one pass. */
export const CHAT = "/v1/chat/completions";
export const ROOMY = { MAX_BODY_BYTES: "2000" };
export const chat = (changes: object = {}): string =>
  JSON.stringify({ model: "@cf/a/a", messages: [{ role: "user", content: "Hi" }], ...changes });
export const post = (
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: NonNullable<Init["headers"]> = {},
): Init => ({ method: "POST", body, headers });
