/** What stands where Cloudflare would: a model that answers at once, with as much as it is asked for. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

export interface ModelServer {
  readonly url: URL;
  /** Sets what the streams to come are made of, in place of pieces. */
  play(script: Script): void;
  stop(): void;
}

/** The events of a stream, as text, and the time from one to the next. */
export interface Script {
  readonly events: readonly string[];
  /** 0 for a burst. */
  readonly gapMs: number;
}

/** The words of one streamed event: 1 KiB. */
export const PIECE = "x".repeat(1024);

const USAGE = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
const ANSWER = JSON.stringify({ response: "hello", usage: USAGE });
const EVENT = event({ response: PIECE });

// A stream is as long as max_tokens says, one event for a token.
const call = z.object({
  inputs: z.object({ stream: z.boolean().optional(), max_tokens: z.number().optional() }),
});

export async function startModelServer(): Promise<ModelServer> {
  let script: Script | undefined;
  const server = createServer((request, response) => void answer(request, response, script));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pipe has none, and this is no pipe
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    play: (next) => {
      script = next;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  script: Script | undefined,
): Promise<void> {
  const { stream, max_tokens: count = 1 } = call.parse(await json(request)).inputs;
  if (stream !== true) {
    response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  await pipeline(Readable.from(script === undefined ? pieces(count) : paced(script)), response);
}

/** Each event at its time, so that a late one does not delay those after it. */
async function* paced({ events, gapMs }: Script): AsyncGenerator<string> {
  const startedAt = performance.now();
  for (const [index, each] of events.entries()) {
    const early = startedAt + index * gapMs - performance.now();
    if (early > 0) await sleep(early);
    yield each;
  }
}

function* pieces(count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield EVENT;
  yield event({ response: "", usage: USAGE });
  yield "data: [DONE]\n\n";
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
