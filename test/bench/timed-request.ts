import { Agent, request, type IncomingMessage } from "node:http";
import { finished } from "node:stream/promises";

import { PIECE } from "./model-server.ts";
import { quantile } from "./table.ts";
import { MODEL, TOKEN, type RunningWorker } from "./worker-pair.ts";

export interface Times {
  /** Milliseconds from the request to the first of the model's words; NaN where none came. */
  readonly firstMs: number;
  /** Milliseconds from the request to the end of the answer. */
  readonly wholeMs: number;
}

// One connection for each Worker, kept open. Not fetch, which costs more than what is measured.
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** One small chat, or one that streams so many pieces. Rejects when the answer is no success. */
export async function timeChat({ url }: RunningWorker, pieces?: number): Promise<Times> {
  const messages = [{ role: "user", content: "Hi" }];
  const streamed = pieces === undefined ? {} : { stream: true, max_tokens: pieces };
  const body = JSON.stringify({ model: MODEL, messages, ...streamed });

  const startedAt = performance.now();
  const response = await post(url, body);
  let firstMs = Number.NaN;
  for await (const chunk of response.setEncoding("latin1")) {
    if (Number.isNaN(firstMs) && String(chunk).includes(PIECE.slice(0, 10))) {
      firstMs = performance.now() - startedAt;
    }
  }
  if (response.statusCode !== 200) throw new Error(`${url.href} answers ${response.statusCode}`);
  return { firstMs, wholeMs: performance.now() - startedAt };
}

/** What a caller sees of a stream, in milliseconds. */
export interface StreamTimes {
  /** From the request to the first bytes of the body. */
  readonly firstMs: number;
  /** The time between two pieces of the body that nine in ten do not exceed. */
  readonly gapP90Ms: number;
}

/** Reads one stream to its end. Rejects when the answer is no success. */
export async function timeStream(
  { url }: RunningWorker,
  { path, model }: { readonly path: string; readonly model: string },
): Promise<StreamTimes> {
  const said = { messages: [{ role: "user", content: "Hi" }], max_tokens: 9 };
  const asked = path === "/v1/responses" ? { input: "Hi" } : said;

  const startedAt = performance.now();
  const response = await post(
    new URL(path, url),
    JSON.stringify({ model, stream: true, ...asked }),
  );
  const at: number[] = [];
  response.on("data", () => at.push(performance.now() - startedAt));
  await finished(response);
  if (response.statusCode !== 200) throw new Error(`${path} answers ${response.statusCode}`);
  const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  return { firstMs: at[0] ?? Number.NaN, gapP90Ms: quantile(gaps, 0.9) };
}

function post(url: URL, body: string): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-length": body.length };
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", agent, headers }, resolve).once("error", reject).end(body);
  });
}
