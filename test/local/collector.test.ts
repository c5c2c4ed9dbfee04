/** Where traces go, which is one rule for those of gateways and those of Workers. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

import { JsonTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expect, onTestFinished, test, vi } from "vitest";

import { openAccount } from "../../local/local-account.ts";
import { localModel } from "../../local/gateway/local-model/local-model.ts";
import { takeMeasured } from "../../local/telemetry/outbound.ts";
import { describePlaces, type Collector } from "../../local/telemetry/place.ts";
import { OPEN, openGateway, type GatewayScene, type RunningGateway } from "../support/gateway.ts";
import { listen } from "../support/listen.ts";

const SECRET = "Bearer of-the-collector";
const ELSEWHERE = "https://otel.example.com/v1/traces";
const PROMPT = "canary-in-a-prompt";

/** Each sends one trace to the collector that it declares. */
const SENDERS = {
  gateway: ({ ask }: RunningGateway) => ask(),
  Worker: ({ traces }: RunningGateway, collector: Collector) =>
    traces.takeExport("talk", collector, exportOf("event-1")),
};
const senders = ["gateway", "Worker"] as const;

test.each(senders)("no trace of a %s leaves the machine by itself", async (sender) => {
  const asked = vi.spyOn(globalThis, "fetch");
  const { send, traces } = open(sender, ELSEWHERE);

  expect((await send()).status).toBe(200);

  expect(asked).not.toHaveBeenCalled();
  expect(traces.list()).toMatchObject([
    { sender, exports: [{ url: ELSEWHERE, fate: "kept here, as the URL leads off this machine" }] },
  ]);
});

test.each(senders)("a trace of a %s follows no redirect off this machine", async (sender) => {
  const asked = vi.spyOn(globalThis, "fetch");
  const printed = vi.spyOn(console, "error").mockReturnValue();
  const { received, url } = await startCollector();
  const redirecting = await listen(() => Response.redirect(url, 307));
  const { send, traces } = open(sender, redirecting);

  await send();

  await expect.poll(() => printed).toHaveBeenCalledOnce();
  expect(asked.mock.calls.map(([to]) => to)).toEqual([redirecting]);
  expect(received).toEqual([]);
  expect(traces.list()).toMatchObject([{ exports: [{ url: redirecting, fate: "sent" }] }]);
});

test.each(senders)("a collector on this machine gets a %s's trace, by its key", async (sender) => {
  const { received, url } = await startCollector();
  const { send } = open(sender, url);

  await send();

  await expect.poll(() => received).toHaveLength(1);
  expect(received[0]?.get("authorization")).toBe(SECRET);
  expect(received[0]?.get("content-type")).toBe("application/json");
});

test.each(senders)("--traces takes a %s's traces, without the declared key", async (sender) => {
  const { received, url } = await startCollector();
  const { send, traces } = open(sender, ELSEWHERE, { collector: new URL(url) });

  await send();

  await expect.poll(() => received).toHaveLength(1);
  expect(received[0]?.get("authorization")).toBeNull();
  expect(traces.list()).toMatchObject([
    { exports: [{ url: ELSEWHERE, fate: `sent to ${url} in its place` }] },
  ]);
});

test("--traces takes a trace once that a gateway declares for several collectors", async () => {
  const { received, url } = await startCollector();
  const otel = { headers: {}, contentType: "json" as const };
  const otels = [ELSEWHERE, `${ELSEWHERE}/b`].map((each) => ({ ...otel, url: each }));
  const { ask, traces } = openGateway({ settings: { otels }, collector: new URL(url) });

  await ask();
  await ask();

  await expect.poll(() => received).toHaveLength(2);
  expect(traces.list()[0]?.exports.map((each) => each.url)).toEqual(otels.map((each) => each.url));
});

test.each(senders)("a collector that takes nothing of a %s is named once", async (sender) => {
  const printed = vi.spyOn(console, "error").mockReturnValue();
  const asked = vi.spyOn(globalThis, "fetch");
  const url = await listen(() => new Response("no", { status: 503 }));
  const { send } = open(sender, url);

  const statuses = [(await send()).status, (await send()).status];
  await Promise.all(asked.mock.results.map(({ value }) => value));
  await expect.poll(() => printed).toHaveBeenCalled();
  await setImmediate();

  // A Worker is told, as its collector would; a gateway's caller is not.
  expect(statuses).toEqual(sender === "Worker" ? [503, 503] : [200, 200]);
  expect(printed.mock.calls).toEqual([
    [`traces are not taken by ${new URL(url).host}: status 503`],
  ]);
});

test.each([
  ["of the key", { authorization: "of-the-collector\nx" }, "it cannot be called"],
  ["of the address", {}, "bad port"],
])("a failure %s is printed without a header's value", async (_, headers, why) => {
  const printed = vi.spyOn(console, "error").mockReturnValue();
  const { traces } = openGateway();
  const collector = { url: "http://127.0.0.1:9/v1/traces", headers };

  const { status } = await traces.takeExport("talk", collector, exportOf("event-1"));

  expect(status).toBe(502);
  expect(printed.mock.calls).toEqual([[expect.stringContaining(`by 127.0.0.1:9: ${why}`)]]);
  expect(printed.mock.calls.join()).not.toContain("of-the-collector");
});

test("a Worker's spans outlive the process, and a gateway's prompts are in no file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "collector-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const account = () => openAccount({ id: OPEN.accountId, model: localModel, folder });
  const collector = { url: ELSEWHERE, headers: {}, contentType: "json" as const };
  const before = account();
  const settings = { ...OPEN, otels: [collector], collectLogs: false };
  before.account.declare({ gateways: new Map([["app", settings]]) });

  const inputs = { messages: [{ role: "user", content: PROMPT }] };
  await before.gateway.handle({ gatewayId: "app", model: "@cf/a/b", inputs, options: {} });
  await before.traces.takeExport("talk", collector, exportOf("event-1", "event-2"));
  expect(JSON.stringify(before.traces.list())).toContain(PROMPT);
  before.close();
  const after = account();
  onTestFinished(after.close);

  expect(after.traces.list()).toMatchObject([{ sender: "Worker" }, { sender: "Worker" }]);
  expect(after.traces.find({ id: "any", eventId: "event-2" })).toHaveLength(1);
  const files = (await readdir(folder)).filter((name) => name.includes("sqlite"));
  expect(files).toContain("spans.sqlite");
  for (const file of files) {
    expect((await readFile(join(folder, file))).includes(PROMPT)).toBe(false);
  }
});

test("the newest 1,000 spans of Workers are kept", async () => {
  const { traces } = openGateway();
  const ids = Array.from({ length: 1001 }, (_, index) => `event-${index}`);

  await traces.takeExport("talk", { url: ELSEWHERE, headers: {} }, exportOf(...ids));

  expect(traces.list()).toHaveLength(1000);
  expect(traces.find({ id: "any", eventId: "event-0" })).toEqual([]);
});

test("what is no OTLP in JSON is refused, and goes nowhere", async () => {
  const asked = vi.spyOn(globalThis, "fetch");
  const { traces } = openGateway();
  const collector = { url: "http://127.0.0.1:9/v1/traces", headers: {} };

  for (const body of ["", "\n\u0000", "{}", `{"resourceSpans":[{"scopeSpans":[{}]}]}`]) {
    expect((await traces.takeExport("talk", collector, body)).status).toBe(400);
  }
  expect(asked).not.toHaveBeenCalled();
  expect(traces.list()).toEqual([]);
});

test.each(["abc", `{"url":"nowhere"}`, `"${ELSEWHERE}"`])(
  "a Worker whose TRACES is %s declares no collector, and fetches as any other",
  async (text) => {
    const sent = { url: ELSEWHERE, headers: new Headers(), text: async () => "" };
    const bindings = [{ type: "plain_text" as const, name: "TRACES", text }];

    const taken = await takeMeasured(sent, { scriptName: "theirs", bindings }, openGateway());

    expect(taken).toBeUndefined();
  },
);

test("one sentence says where the traces of a stack go", () => {
  const url = "http://[::1]:4318/v1/traces";
  const otels = [{ url: ELSEWHERE, headers: { authorization: SECRET }, contentType: "json" }];
  const bindings = [{ type: "plain_text", name: "TRACES", text: JSON.stringify({ url }) }];
  const stack = JSON.parse(JSON.stringify({ scriptName: "talk", bindings }));
  const gateways = new Map([["app", { ...OPEN, otels: JSON.parse(JSON.stringify(otels)) }]]);
  const quiet = { gateways: new Map(), script: { ...stack, bindings: [] } };

  expect(describePlaces({ gateways, script: stack }, undefined)).toBe(
    `of gateway app for ${ELSEWHERE}: kept here, as the URL leads off this machine; of Worker talk for ${url}: sent`,
  );
  expect(describePlaces({ gateways, script: stack }, new URL("http://127.0.0.1:1/"))).toBe(
    `of gateway app for ${ELSEWHERE}: sent to http://127.0.0.1:1/ in its place; of Worker talk for ${url}: sent to http://127.0.0.1:1/ in its place`,
  );
  expect(describePlaces(quiet, new URL("http://127.0.0.1:1/"))).toBeUndefined();
});

function open(sender: keyof typeof SENDERS, url: string, scene: GatewayScene = {}) {
  const collector = { url, headers: { authorization: SECRET }, contentType: "json" as const };
  const running = openGateway({ settings: { otels: [collector] }, ...scene });
  return { send: () => SENDERS[sender](running, collector), traces: running.traces };
}

async function startCollector() {
  const received: Headers[] = [];
  const origin = await listen((request) => {
    received.push(request.headers);
    return Response.json({});
  });
  return { received, url: `${origin}/v1/traces` };
}

/** Has OpenTelemetry's own SDK make an export of one span for each event id. */
function exportOf(...eventIds: readonly string[]): string {
  const finished = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(finished)] });
  for (const id of eventIds) {
    const attributes = { "ai_gateway.event_id": id, "ai_gateway.fallbacks": 0 };
    provider.getTracer("talk").startSpan("chat", { attributes }).end();
  }
  const bytes = JsonTraceSerializer.serializeRequest(finished.getFinishedSpans());
  return new TextDecoder().decode(bytes);
}
