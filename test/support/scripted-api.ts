/** Cloudflare's REST API as a script: each request gets its next answer, and one that is not in the script gets 501. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import Cloudflare from "cloudflare";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** What stands in `result`, or a refusal. */
export type Answer = object | Refusal;

export class Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;

  constructor(status: number, code: number, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

export interface ScriptedApi {
  /** For `CLOUDFLARE_BASE_URL`. */
  readonly url: string;
  readonly api: Cloudflare;
  /** `GET /accounts/…` in the order of their arrival. */
  readonly requests: readonly string[];
  /** Bodies of the requests that had one. */
  readonly bodies: readonly unknown[];
}

/** `GET /path` → its answers in turn; the last one stays. */
export async function scriptApi(
  script: Readonly<Record<string, readonly Answer[]>>,
): Promise<ScriptedApi> {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const answerTo = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", "http://script");
    const line = `${request.method} ${pathname}`;
    const answers = script[line] ?? [new Refusal(501, 501, `not in the script: ${line}`)];
    const turn = requests.filter((earlier) => earlier === line).length;
    const answer = answers[Math.min(turn, answers.length - 1)] ?? {};
    requests.push(line);
    const body = await text(request);
    if (body !== "") bodies.push(JSON.parse(body));
    const { status, envelope } = toEnvelope(answer);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(envelope));
  };
  const server = createServer((request, response) => void answerTo(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const url = `http://127.0.0.1:${port}`;
  const api = new Cloudflare({ apiToken: "t".repeat(40), baseURL: url, maxRetries: 0 });
  return { url, api, requests, bodies };
}

function toEnvelope(answer: Answer): { readonly status: number; readonly envelope: object } {
  if (answer instanceof Refusal) {
    const { status, code, message } = answer;
    return { status, envelope: { success: false, errors: [{ code, message }], result: null } };
  }
  const more = "result_info" in answer ? answer : { result: answer };
  return { status: 200, envelope: { success: true, errors: [], messages: [], ...more } };
}
