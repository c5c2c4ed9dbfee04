/** The retention Worker from its cron event to its line, in this process; retention.test.ts has it in workerd. */
import { expect, onTestFinished, test, vi } from "vitest";

import worker from "../../worker/retention/index.ts";
import { ENV, DAY_MS, simulate, type World } from "../support/logs-api.ts";
import { BINDINGS } from "../support/retention-bindings.ts";

const ALERT_URL = "https://alerts.test/secret";
const TEXT =
  "logs of gateway app-test, stack test, should go after 30 days; this run ended: refused (status 403)";
const DEPLOYED = { ...BINDINGS, API_URL: ENV.API_URL };

/** Runs it once over such a world, and returns what it wrote and whom it alerted. */
async function run(changes: Partial<World>, bindings: object = {}) {
  const time = Date.now();
  const logs = [40, 1].map((age) => ({ created: time - age * DAY_MS }));
  const { platform } = simulate({ time, logs, ...changes });
  const alerts: unknown[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    if (url.startsWith(DEPLOYED.API_URL)) return platform.fetch(url, init);
    alerts.push([url, await new Response(init.body ?? null).json()]);
    return new Response();
  });
  const log = vi.spyOn(console, "log").mockReturnValue();
  const error = vi.spyOn(console, "error").mockReturnValue();
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  const ended = await worker.scheduled(undefined, { ...DEPLOYED, ...bindings }).then(
    () => "well",
    (fault: unknown) => String(fault),
  );
  const lines = [log, error].map(({ mock }) => mock.calls.map(([line]) => JSON.parse(line)));
  return { ended, alerts, lines };
}

test("a run that got through writes one line, and alerts nobody", async () => {
  const { ended, alerts, lines } = await run({});

  expect([ended, alerts]).toEqual(["well", []]);
  expect(lines).toMatchObject([[{ message: "retention", ended: "done", deleted: 1 }], []]);
});

test.each([
  ["alerts", { ALERT_URL }, [[ALERT_URL, { text: TEXT, ended: "refused" }]]],
  ["has nobody to alert", {}, []],
])("a run that failed writes its line as an error, %s, and fails", async (_, bindings, alerts) => {
  const answer = () => new Response("", { status: 403 });
  const outcome = await run({ answer }, bindings);

  expect(outcome).toMatchObject({
    ended: `Error: ${TEXT}`,
    lines: [[], [{ message: "retention", ended: "refused", status: 403 }]],
    alerts,
  });
});

test("a request is answered with nothing", async () => {
  const response = worker.fetch();

  expect([response.status, await response.text()]).toEqual([404, "not found\n"]);
});
