/**
 * Serves on loopback, for clients that need a real port: other processes, and the Workers runtime.
 */
import { once } from "node:events";

import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { z } from "zod";

import { atEndOfFile } from "./endings.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** Serves until the test ends, and returns the origin, such as `http://127.0.0.1:40123`. */
export async function listen(fetch: Fetch): Promise<string> {
  const { origin, close } = await open(fetch);
  onTestFinished(close);
  return origin;
}

/** Serves until the test file ends, and returns the origin. */
export async function listenToTheEnd(fetch: Fetch): Promise<string> {
  const { origin, close } = await open(fetch);
  atEndOfFile(async () => close());
  return origin;
}

async function open(
  fetch: Fetch,
): Promise<{ readonly origin: string; readonly close: () => void }> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const close = () => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}
