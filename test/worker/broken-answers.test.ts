import { expect, test } from "vitest";

import { MODEL_WAYS } from "../support/endpoint-requests.ts";
import { waitFor } from "../support/project.ts";
import { breaking, event, inTurn, silent } from "../support/wire.ts";
import {
  chatBody,
  errorOf,
  startWorker,
  TOKEN,
  type Reply,
  type RunningWorker,
} from "../support/workerd.ts";

const CHAT = "/v1/chat/completions";
const STREAMED = { method: "POST", body: chatBody({ stream: true }) };

/** Less than the ordinary time limit of a model: what does not end by itself hangs. */
const SOON_MS = 30_000;

const JSON_TYPE = { "content-type": "application/json" };

const hel = event({ response: "Hel" });
const newer = (choice: object) => event({ choices: [{ index: 0, ...choice }] });
const utf8 = new TextEncoder().encode(event({ response: "Grüße" }));
const insideLetter = utf8.slice(0, utf8.indexOf(0xc3) + 1);

test.each<[string, () => Reply, number, string]>([
  ["no answer at all", () => ({ isReset: true }), 502, "upstream_error"],
  ["silence", () => ({ headers: JSON_TYPE, pieces: silent() }), 504, "upstream_timeout"],
  [
    "half an answer",
    () => ({ headers: JSON_TYPE, pieces: breaking(["{"]) }),
    502,
    "upstream_error",
  ],
  ["half an error", () => ({ status: 400, pieces: breaking(["{"]) }), 502, "upstream_error"],
  ["an empty body", () => ({ body: "" }), 502, "bad_model_output"],
  [
    "a page",
    () => ({ headers: { "content-type": "text/html" }, body: "<p>" }),
    502,
    "bad_model_output",
  ],
  ["half of a JSON", () => ({ body: '{"response":"Hel' }), 502, "bad_model_output"],
  [
    "success with an error",
    () => ({ body: { errors: [{ code: 3040 }] } }),
    429,
    "rate_limit_exceeded",
  ],
  ["null", () => ({ body: null }), 502, "bad_model_output"],
])("%s in place of an answer is told in time, with a line", async (...row) => {
  const [what, reply, status, code] = row;
  const bindings = what === "silence" ? { TIMEOUT_MS: "100" } : {};
  for (const { name, path, route, method, body } of MODEL_WAYS) {
    const worker = await startWorker({ bindings, reply });

    const response = await ask(worker, path, { method, body: body() });

    const found = [name, response.status, (await errorOf(response))["code"]];
    expect(found).toEqual([name, status, code]);
    expect(await lineOf(worker)).toMatchObject({ route, status, code });
  }
});

test.each<[string, NonNullable<Reply["pieces"]>, string, string]>([
  ["within an event", inTurn([hel, 'data: {"respon']), "Hel", "upstream_cut"],
  ["within an event, by a reset", breaking([hel, 'data: {"respon']), "Hel", "upstream_cut"],
  ["within a letter", inTurn([hel, insideLetter]), "Hel", "upstream_cut"],
  ["within a letter, by a reset", breaking([hel, insideLetter]), "Hel", "upstream_cut"],
  ["by a page", inTurn([hel, "<html>\n\n"]), "Hel", "upstream_cut"],
  ["by null", inTurn([hel, event(null)]), "Hel", "upstream_error"],
  ["by an error", inTurn([hel, event({ error: { code: 9 } })]), "Hel", "upstream_error"],
  ["by silence", silent(hel), "Hel", "upstream_timeout"],
])("a stream that ends %s says so in time, with a line", async (_, pieces, said, code) => {
  // Long enough for what is said before the silence.
  const bindings = code === "upstream_timeout" ? { TIMEOUT_MS: "1500" } : {};
  const worker = await startWorker({ bindings, reply: () => ({ pieces }) });

  const response = await ask(worker, CHAT, STREAMED);
  const chunks = (await response.text()).match(/(?<=^data: ).*$/gm) ?? [];

  expect(response.status).toBe(200);
  expect(chunks.map(textOf).join("")).toBe(said);
  expect(JSON.parse(chunks.at(-1) ?? "")).toMatchObject({ error: { code } });
  expect(await lineOf(worker)).toMatchObject({ route: CHAT, status: 200, stream: "cut" });
});

test.each<[string, NonNullable<Reply["pieces"]>]>([
  ["before the first byte", breaking([])],
  ["with no event at all", inTurn([])],
])("a stream that ends %s is a 502, for nothing was sent", async (_, pieces) => {
  const worker = await startWorker({ reply: () => ({ pieces }) });

  const response = await ask(worker, CHAT, STREAMED);

  expect(response.status).toBe(502);
  expect(await lineOf(worker)).toMatchObject({ route: CHAT, status: 502, code: "upstream_cut" });
});

test.each([
  ["ends", inTurn],
  ["is reset", breaking],
])("a stream that %s after its reason to finish is whole without [DONE]", async (_, send) => {
  const pieces = send([
    newer({ delta: { content: "Hel" } }),
    newer({ delta: {}, finish_reason: "stop" }),
  ]);
  const worker = await startWorker({ reply: () => ({ pieces }) });

  const response = await ask(worker, CHAT, STREAMED);

  expect(await response.text()).toMatch(/Hel.*data: \[DONE\]\n\n$/s);
  expect(await lineOf(worker)).toMatchObject({ stream: "complete" });
});

test("a stream that falls silent ends long before the limit of the whole", async () => {
  const bindings = { IDLE_MS: "300" };
  const worker = await startWorker({ bindings, reply: () => ({ pieces: silent(hel) }) });

  const response = await ask(worker, CHAT, STREAMED);

  expect(await response.text()).toContain('"code":"upstream_timeout"');
});

function ask(worker: RunningWorker, path: string, init: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const signal = AbortSignal.timeout(SOON_MS);
  return worker.ask(path, { ...init, headers, signal });
}

async function lineOf(worker: RunningWorker): Promise<unknown> {
  const line = await waitFor(
    () => worker.lines[0],
    () => "no line",
  );
  return JSON.parse(line);
}

function textOf(data: string): string {
  return Object(JSON.parse(data)).choices?.[0]?.delta.content ?? "";
}
