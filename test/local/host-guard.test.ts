/** A Worker that anybody may call answers under no other name than this machine's. */
import { request } from "node:http";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, expect, test } from "vitest";

import { WorkerHost } from "../../local/worker-host.ts";
import { openGateway } from "../support/gateway.ts";

const NOWHERE = new URL("http://127.0.0.1:9");
const KINDS = {
  object: `export default { fetch: (request) => new Response("open " + new URL(request.url).pathname) };`,
  instance: `class Open {
      #greeting = "open ";
      fetch(request) { return new Response(this.#greeting + new URL(request.url).pathname); }
      scheduled() { if (this.#greeting !== "open ") throw new Error("not bound"); }
    }
    export default new Open();`,
  class: `import { WorkerEntrypoint } from "cloudflare:workers";
    export default class extends WorkerEntrypoint {
      fetch(request) { return new Response("open " + new URL(request.url).pathname); }
    }`,
} as const;
type Kind = keyof typeof KINDS;
const kinds: readonly Kind[] = ["object", "instance", "class"];

const host = new WorkerHost({ ...openGateway(), door: NOWHERE, binding: NOWHERE });
const urls = new Map<Kind, URL>();
beforeAll(async () => {
  for (const kind of kinds) urls.set(kind, await host.serve(worker(kind)));
});
afterAll(() => host.stop());

test.each(kinds)(
  "an open Worker of the kind %s answers under this machine's names",
  async (kind) => {
    const { port = "" } = urls.get(kind) ?? {};

    for (const name of ["127.0.0.1", "localhost", `127.0.0.1:${port}`, `localhost:${port}`]) {
      expect(await send(kind, { host: name })).toEqual([200, "open /path"]);
    }
  },
);

test.each([
  { host: "evil.test" },
  { host: "evil.test:8787" },
  { host: "localhost.evil.test" },
  { host: "127.0.0.1.evil.test:8787" },
  { host: "evil.test", "mf-original-url": "http://localhost/path" },
  { host: "evil.test", "x-forwarded-host": "localhost", "x-forwarded-proto": "https" },
])("%j gets nothing of an open Worker", async (headers) => {
  for (const kind of kinds) {
    expect(await send(kind, headers)).toEqual([403, "only for this machine\n"]);
  }
});

test("a header that leads Miniflare to a Worker by its name leads to the check, too", async () => {
  for (const kind of kinds) {
    const headers = { host: "evil.test", "mf-route-override": kind };
    expect(await send(kind, headers)).toEqual([403, "only for this machine\n"]);
  }
});

test("a Worker keeps its other handlers", async () => {
  await expect(host.runCron(worker("instance"), "* * * * *")).resolves.toBeUndefined();
});

function worker(kind: Kind) {
  return {
    scriptName: kind,
    compatibilityDate: "2026-10-23",
    compatibilityFlags: [],
    mainModule: "main.js",
    bindings: [],
    modules: [{ name: "main.js", type: "esm", contents: KINDS[kind] } as const],
  };
}

/** Sends a request to a Worker; not by fetch, which sets the Host header itself. */
async function send(
  kind: Kind,
  headers: Readonly<Record<string, string>>,
): Promise<readonly [status: number | undefined, body: string]> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL("/path", urls.get(kind)), { headers }, (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject);
    });
    sent.once("error", reject);
    sent.end();
  });
}
