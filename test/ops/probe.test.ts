/** `npm run probe`, against the REST API and the data plane of a local account. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

import getPort from "get-port";
import { expect, onTestFinished, test } from "vitest";

import type { EvidenceAnswer } from "../../policy/evidence/evidence.ts";
import { QUESTION_IDS, QUESTIONS } from "../../policy/evidence/questions.ts";
import { REQUIRED, withScratch } from "../../ops/probe/scratch.ts";
import { type RunningAccount } from "../support/account.ts";
import { callOps, runOps, startOps } from "../support/ops-command.ts";
import { waitFor } from "../support/project.ts";
import { ROOT } from "../support/settings.ts";
import { makeFolder, start, probe, wordsFor, environmentOf } from "../support/probe.ts";

test("every question is answered as the local account imitates it, and the gateway is gone", async () => {
  const running = await start({ now: Date.now });
  const folder = await makeFolder();

  const words = ["--yes", "--out", folder, "--wait", "1", "--json"];
  const { code, stdout, stderr } = await probe(running, words, withToken(running));

  const file = join(folder, `probe-${new Date().toISOString().slice(0, 10)}.json`);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `wrote ${file}, which no statement cites: it was not Cloudflare that was asked\n`,
  });
  const { asked, answers } = JSON.parse(stdout);
  expect(asked).toEqual({
    api: running.url.origin,
    gateways: running.url.origin,
    logSystem: "legacy",
    sdk: expect.stringMatching(/^cloudflare \d+\./),
    model: "@cf/meta/llama-3.1-8b-instruct-fast",
  });
  expect(answers.map(toLine)).toEqual([
    "put-only-fields kept: of guardrails, spend_limits, otel a create takes all, and an update takes all",
    "switched-off kept: of guardrails, spend_limits, otel an update that switches them off leaves none, one that leaves them out keeps all",
    "create-fields kept: of 21 documented fields a create keeps 21",
    "logpush-fields kept: of 15 fields all are offered",
    "logpush-filter kept: a job is refused for its destination alone, one with a filter by an unknown field with status 400, code 1004",
    "log-header kept: 1 of 2 HTTP calls left a log, of which one requested it",
    "payload-header kept: the log of an HTTP call with the header has 0 parts of bodies, one of a call without it 4",
    expect.stringMatching(
      /^delete-by-age kept: older than 2000: 0 of 4 deleted; older than now, limit 1: 1 deleted after \d+\.\d s, 0 of them found by id$/,
    ),
    expect.stringMatching(
      /^spend-units kept: of a limit of 0.5 in a window of 2, read back as sent, a call worth cents is not enough, one worth dollars is: the next gets 429 without a code, and \d+ s after the cost calls are served again$/,
    ),
    expect.stringMatching(
      /^analytics-unlogged kept: \d+ calls of the gateway are counted, 1 of them with the metadata of the one without a log$/,
    ),
    "gateway-deleted kept: in a new gateway of the same id the log is not found by its id, and 0 are listed",
  ]);
  expect(Object.keys(running.account.state.gateways)).toEqual(["app"]);
  expect(running.account.state.logpushJobs).toEqual({});
  const text = await readFile(file, "utf8");
  expect(JSON.parse(text)).toEqual({ asked, answers });
  expect(text).not.toMatch(new RegExp(`${running.accountId}|${running.key}|probe-[0-9a-f]{12}`));
});

test("without a token for calls, each question that was left out is named whole", async () => {
  const running = await start();

  const { stdout } = await probe(running, ["--yes"]);

  const lines = stdout.trimEnd().split("\n");
  const left = QUESTION_IDS.filter((id) =>
    /calls|models/.test(String(Object(QUESTIONS[id]).takes)),
  );
  expect(left).toHaveLength(8);
  for (const id of left) {
    const { point, text } = QUESTIONS[id];
    const line = lines.find((each) => each.includes(text));
    expect(line).toMatch(
      new RegExp(`^\\? +${point} .* not asked: AI_GATEWAY_RUN_TOKEN is not set$`),
    );
  }
  expect(stdout).not.toContain("…");
});

test("all questions but those about calls through the Worker are asked, or named", async () => {
  const running = await start();

  const { stdout } = await probe(running, ["--yes", "--wait", "0"], withToken(running));

  for (const id of QUESTION_IDS) {
    expect(stdout.includes(QUESTIONS[id].text)).toBe(!id.startsWith("binding-"));
  }
  expect(stdout).toContain("not asked: the stack has no model of a third party");
});

test("the token for calls goes where the API is, or is not sent before an address is given", async () => {
  const running = await start();
  const words = ["--stack", "dev", "--yes", "--wait", "0"];
  const local = { ...environmentOf(running), ...withToken(running) };
  const away = { ...local, CLOUDFLARE_BASE_URL: "https://cloudflare.acme.dev/client/v4" };

  const [here, refused] = [
    await callOps("probe", [...words, "--json"], local),
    await callOps("probe", words, away),
  ];

  expect(JSON.parse(here.stdout).asked.gateways).toBe(running.url.origin);
  expect(JSON.parse(here.stdout).answers.map(toLine)).toContain(
    "log-header kept: 1 of 2 HTTP calls left a log, of which one requested it",
  );
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    'error: --data-url is missing: CLOUDFLARE_BASE_URL is "https://cloudflare.acme.dev/client/v4"',
  );
});

test("a wrong token is a sentence", async () => {
  const running = await start();

  const { code, stderr } = await probe(running, ["--yes"], { CLOUDFLARE_API_TOKEN: "wrong" });

  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      "error: a question failed, and no evidence is written: CLOUDFLARE_API_TOKEN is not accepted: it is wrong, or has ended, or is not of this account\n",
  });
});

test("a place that cannot be written is told before anything is asked, and nothing is made", async () => {
  const running = await start();
  const before = running.account.state.gateways;

  const { code, stderr } = await probe(running, ["--yes", "--out", join(ROOT, "package.json")]);

  expect(code).toBe(2);
  expect(stderr).toContain(`package.json" and cannot be made: there is a file already`);
  expect(running.account.state.gateways).toBe(before);
});

test("all that is wrong with the words is told at once, and nothing is made", async () => {
  const running = await start();
  const before = running.account.state.gateways;

  const words = ["--out", "x", "--no-evidence", "--wait", "long", "--data-url", "localhost:8787"];
  const { code, stderr } = await probe(running, ["--yes", ...words], withToken(running));

  expect(code).toBe(2);
  expect(stderr.split("\n").slice(0, 3)).toEqual([
    'error: --wait is "long"; allowed is a number of seconds to 999',
    'error: --data-url is "localhost:8787"; allowed is an address such as https://gateway.ai.cloudflare.com',
    "error: --out and --no-evidence: choose one",
  ]);
  expect(running.account.state.gateways).toBe(before);
});

test("a create that drops fields is answered as such", async () => {
  const running = await start({ faults: ["a create drops fields"] });

  const { stdout } = await probe(running, ["--yes", "--json"]);

  expect(JSON.parse(stdout).answers.map(toLine)).toContain(
    "put-only-fields kept: of guardrails, spend_limits, otel a create takes none, and an update takes all",
  );
  expect(JSON.parse(stdout).answers.map(toLine)).toContain(
    "create-fields kept: of 21 documented fields a create keeps 17, drops or changes guardrails, log_classification, otel, spend_limits",
  );
});

test("a gateway that does not heed the header for bodies breaks a promise: it ends with 1", async () => {
  const running = await start();
  const deaf = await startGateway(running.url, { "cf-aig-collect-log-payload": "true" });

  const words = ["--yes", "--wait", "0", "--json", "--data-url", deaf];
  const { code, stdout } = await probe(running, words, withToken(running));

  expect(code).toBe(1);
  expect(JSON.parse(stdout).answers.map(toLine)).toContain(
    "payload-header broken: the log of an HTTP call with the header has 4 parts of bodies, one of a call without it 4",
  );
});

test("where no log has bodies, one without them proves nothing", async () => {
  const running = await start();
  const mute = await startGateway(running.url, { "cf-aig-collect-log-payload": "false" });

  const words = ["--yes", "--wait", "0", "--json", "--data-url", mute];
  const { stdout } = await probe(running, words, withToken(running));

  expect(JSON.parse(stdout).answers.map(toLine)).toContain(
    "payload-header unknown: not answered: the log of an HTTP call with the header has 0 parts of bodies, one of a call without it 0",
  );
});

// It said that no log was left, which was true, and no answer to the question.
test("calls that are refused prove nothing about their logs", async () => {
  const running = await start();

  const words = ["--yes", "--wait", "0", "--json"];
  const { code, stdout } = await probe(running, words, { AI_GATEWAY_RUN_TOKEN: "x".repeat(40) });

  expect(code).toBe(0);
  expect(JSON.parse(stdout).answers.slice(5).map(toLine)).toEqual([
    "log-header unknown: not answered: a call was answered with 401",
    "payload-header unknown: not answered: a call was answered with 401",
    "delete-by-age unknown: not answered: 0 logs are there",
    "spend-units unknown: not answered: a call was answered with 401",
    expect.stringContaining("analytics-unlogged unknown: not answered: "),
    "gateway-deleted unknown: not answered: there is no log",
  ]);
});

test("without a consent nothing is made", async () => {
  const running = await start();

  // A process: nobody sits in front of it, whoever runs this test.
  const { code, stderr } = await runOps("probe", wordsFor(running, []), environmentOf(running));

  expect(code).toBe(2);
  expect(stderr).toContain("--yes is missing, and nobody can be asked here");
});

test("a question that fails leaves no gateway behind", async () => {
  const running = await start();
  const connection = { accountId: running.accountId, cloudflare: running.client() };

  const work = withScratch(connection, async ({ cloudflare, accountId, gatewayId }) => {
    await cloudflare.aiGateway.create({ account_id: accountId, id: gatewayId, ...REQUIRED });
    throw new Error("the question failed");
  });

  await expect(work).rejects.toThrow("the question failed");
  expect(Object.keys(running.account.state.gateways)).toEqual(["app"]);
});

test.each([
  ["Ctrl-C", "SIGINT"],
  ["the end of a service", "SIGTERM"],
  ["the end of its terminal", "SIGHUP"],
] as const)("%s in the middle removes the gateway", async (_, signal) => {
  const running = await start();
  // A token that may not run leaves no log, so that the command waits for one.
  const env = { ...environmentOf(running), AI_GATEWAY_RUN_TOKEN: "x".repeat(40) };
  const probing = startOps("probe", wordsFor(running, ["--yes", "--wait", "60"]), env);
  const ids = () => Object.keys(running.account.state.gateways);
  await waitFor(
    () => ids().find((id) => id.startsWith("probe-")),
    () => probing.errors(),
  );

  const code = await probing.interrupt(signal);

  expect({ code, stderr: probing.errors() }).toEqual({
    code: 2,
    stderr: "error: interrupted; the scratch gateway is removed\n",
  });
  expect(ids()).toEqual(["app"]);
});

function withToken({ key }: RunningAccount) {
  return { AI_GATEWAY_RUN_TOKEN: key };
}

function toLine({ question, verdict, seen }: EvidenceAnswer): string {
  return `${question} ${verdict}: ${seen}`;
}

/** Passes every call on, with some headers its own. Returns its address. */
async function startGateway(to: URL, own: Readonly<Record<string, string>>): Promise<string> {
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const { host: _, ...headers } = { ...request.headers, ...own };
    const answer = await fetch(new URL(request.url ?? "", to), {
      method: "POST",
      headers: new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      body: await buffer(request),
    });
    response.statusCode = answer.status;
    response.end(await answer.text());
  };
  const server = createServer((request, response) => void passOn(request, response));
  const port = await getPort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${port}`;
}
