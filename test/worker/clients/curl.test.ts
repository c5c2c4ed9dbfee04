import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { event } from "../../support/wire.ts";
import { chatBody, startWorker, TOKEN } from "../../support/workerd.ts";

const run = promisify(execFile);
const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);
const bearer = ["-H", `Authorization: Bearer ${TOKEN}`];
const json = ["-H", "Content-Type: application/json"];

if (!hasCurl) console.warn("no curl on this machine: its tests are skipped");

/** What it prints. Rejects where it fails, as with `-f` it does for a status from 400 on. */
async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("curl", ["-sS", "--max-time", "20", ...args]);
  return stdout;
}

test.skipIf(!hasCurl)("curl chats", async () => {
  const worker = await startWorker();
  const url = new URL("/v1/chat/completions", worker.url).href;

  const printed = await curl("-f", url, ...bearer, ...json, "-d", chatBody());

  expect(JSON.parse(printed)).toMatchObject({ choices: [{ message: { content: "hello" } }] });
});

test.skipIf(!hasCurl)("curl -N prints each event as it comes", async () => {
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
  async function* pieces() {
    yield event({ response: "Hel" });
    await heard;
    yield event({ response: "lo" }) + "data: [DONE]\n\n";
  }
  const worker = await startWorker({ reply: () => ({ pieces: pieces() }) });
  const url = new URL("/v1/chat/completions", worker.url).href;

  const asked = run("curl", ["-sSN", url, ...bearer, ...json, "-d", chatBody({ stream: true })]);
  let printed = "";
  asked.child.stdout?.on("data", (text: string) => {
    printed += text;
    // Without it the model never says the second half, and the test runs into its time limit.
    if (printed.includes("Hel")) hear();
  });
  await asked;

  expect(printed).toMatch(/^data: .*Hel.*lo.*data: \[DONE\]\n\n$/s);
});

test.skipIf(!hasCurl)("curl -u sends the token as the password, with any user name", async () => {
  const worker = await startWorker();
  const sample = (user: string) => curl("-f", "-u", user, worker.url.href);

  const answers = await Promise.all([sample(`:${TOKEN}`), sample(`me:${TOKEN}`)]);

  expect(answers.map((text) => JSON.parse(text).answer)).toEqual(["hello", "hello"]);
  await expect(sample(`${TOKEN}:`)).rejects.toThrow("401");
});

test.skipIf(!hasCurl)("curl -f fails on an error, and without it prints why", async () => {
  const worker = await startWorker();
  const url = new URL("/v1/chat/completions", worker.url).href;
  const request = [url, ...bearer, "-d", chatBody({ messages: [] })];

  const printed = await curl(...request, "-w", "\n%{http_code} %{content_type}");

  expect(printed).toContain('"param":"messages"');
  expect(printed).toMatch(/\n400 application\/json$/);
  await expect(curl("-f", ...request)).rejects.toThrow("400");
});

test.skipIf(!hasCurl)("curl -I of / shows the headers, and costs nothing", async () => {
  const worker = await startWorker();

  const printed = await curl("-I", ...bearer, worker.url.href);

  expect(printed).toMatch(/^HTTP\/1.1 200/);
  expect(printed).toMatch(/^x-event-id: /im);
  expect(worker.calls).toEqual([]);
});
