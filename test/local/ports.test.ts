import { createServer } from "node:http";

import { expect, onTestFinished, test, vi } from "vitest";

import { DEFAULT_PORT, freePort, HOST } from "../../local/ports.ts";

/** Listens at a port until the test ends; where it is busy already, that is as good. */
async function occupy(port: number): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  const { promise, resolve } = Promise.withResolvers<void>();
  server.once("error", () => resolve());
  server.listen(port, HOST, resolve);
  await promise;
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

// A client is set to the port that was named: another one, found by itself, is no answer.
test("a named port that is busy is an error that names it", async () => {
  const port = await occupy(0);

  await expect(freePort(port)).rejects.toThrow(`--port ${port} is busy; end what listens there`);
});

test("without a named port the next free one is taken, and printed", async () => {
  const printed = vi.spyOn(console, "log").mockReturnValue();
  onTestFinished(() => printed.mockRestore());
  await occupy(DEFAULT_PORT);

  const port = await freePort(undefined);

  expect(port).toBeGreaterThan(DEFAULT_PORT);
  expect(printed.mock.calls).toEqual([[`port ${DEFAULT_PORT} is busy: taking ${port}`]]);
});
