/** What stands where Cloudflare would: a model that answers at once, with as much as it is asked for. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { z } from "zod";

export interface ModelServer {
  readonly url: URL;
  stop(): void;
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
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a pipe has none, and this is no pipe
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { stream, max_tokens: count = 1 } = call.parse(await json(request)).inputs;
  if (stream !== true) {
    response.writeHead(200, { "content-type": "application/json" }).end(ANSWER);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  await pipeline(Readable.from(events(count)), response);
}

function* events(count: number): Generator<string> {
  for (let index = 0; index < count; index++) yield EVENT;
  yield event({ response: "", usage: USAGE });
  yield "data: [DONE]\n\n";
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
