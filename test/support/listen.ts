/**
 * Serves on loopback, for clients that need a real port: other processes, and the Workers runtime.
 */
import { once } from "node:events";

import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** Serves until the test ends, and returns the origin, such as `http://127.0.0.1:40123`. */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<string> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}
