import { deflateSync, gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { GATED, REPLIES } from "../support/endpoint-requests.ts";
import { errorOf, startWorker, TOKEN, type RunningWorker } from "../support/workerd.ts";

const WITH_BODY = GATED.filter(({ method }) => method === "POST");
const LIMIT = { MAX_BODY_BYTES: "2000" };

test.each<[string, string, (text: string) => Uint8Array]>([
  ["gzip", "gzip", gzipSync],
  ["gzip by its old name, in capitals", "X-GZIP", gzipSync],
  ["deflate", "deflate", deflateSync],
  ["nothing", "identity", (text) => new TextEncoder().encode(text)],
])("a body packed with %s is read, by whatever endpoint", async (_, encoding, pack) => {
  const worker = await startWorker(REPLIES);

  for (const { name, path, body } of WITH_BODY) {
    const response = await send(worker, path, { encoding, body: pack(body() ?? "") });
    expect({ name, status: response.status }).toEqual({ name, status: 200 });
    await response.text();
  }
});

test("a body of just as many bytes as are allowed is read", async () => {
  const worker = await startWorker({ ...REPLIES, bindings: LIMIT });

  for (const { name, path, body } of WITH_BODY) {
    const whole = new TextEncoder().encode((body() ?? "").padEnd(2000));
    const response = await send(worker, path, { encoding: "identity", body: whole });
    expect({ name, status: response.status }).toEqual({ name, status: 200 });
    await response.text();
  }
});

test.each<[string, string, Uint8Array, number, string]>([
  ["packed as nobody here unpacks it", "br", gzipSync("{}"), 415, "unsupported_encoding"],
  ["packed twice", "gzip, gzip", gzipSync(gzipSync("{}")), 415, "unsupported_encoding"],
  ["not what it is called", "gzip", new Uint8Array([123, 125]), 400, "invalid_encoding"],
  ["cut short", "gzip", gzipSync("{}").subarray(0, 15), 400, "invalid_encoding"],
  ["small, and large once unpacked", "gzip", gzipSync(" ".repeat(1e6)), 413, "request_too_large"],
  ["larger than allowed", "identity", new Uint8Array(2001), 413, "request_too_large"],
])("a body that is %s is refused before any model is asked", async (...row) => {
  const [, encoding, body, status, code] = row;
  const worker = await startWorker({ ...REPLIES, bindings: LIMIT });

  for (const { name, path } of WITH_BODY) {
    const response = await send(worker, path, { encoding, body });
    expect({ name, status: response.status, ...(await errorOf(response)) }).toMatchObject({
      name,
      status,
      code,
    });
  }
  expect(worker.calls).toEqual([]);
});

test("a body of unknown length is refused where it grows too large", async () => {
  const worker = await startWorker({ bindings: LIMIT });
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let count = 0; count < 3; count++) controller.enqueue(new Uint8Array(1000));
      controller.close();
    },
  });

  const response = await send(worker, "/v1/feedback", { encoding: "identity", body });

  expect(response.status).toBe(413);
});

function send(
  worker: RunningWorker,
  path: string,
  { encoding, body }: { readonly encoding: string; readonly body: RequestInit["body"] },
): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}`, "content-encoding": encoding };
  return worker.ask(path, { method: "POST", headers, body: body ?? null, duplex: "half" });
}
