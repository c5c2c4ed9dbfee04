import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

import Cloudflare from "cloudflare";
import getPort from "get-port";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { copyProject, start, waitFor, type Project, type Started } from "../support/project.ts";

const run = promisify(execFile);

let project: Project;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

test("npm start prints a curl line that works, and the request is on the logs page", async () => {
  const local = await startLocal("dev");

  const [curl] = /curl [^]*?}]}'/.exec(local.process.output()) ?? [""];
  const { stdout } = await run("bash", ["-c", `${curl} --silent`]);

  expect(JSON.parse(stdout)).toMatchObject({ object: "chat.completion" });
  const page = await fetchText(local.logs);
  expect(page).toContain("1 request ");
  expect(rows(page)).toEqual([
    [
      "app-dev",
      "workers-ai",
      "@cf/meta/llama-3.1-8b-instruct-fast",
      "local",
      "200",
      expect.stringMatching(/^\d+ ms$/),
      "2",
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\$0\.0000\d\d$/),
      "no",
      "kept",
    ],
  ]);
});

test("under metadata a hostile caller leaves a log without bodies, and one beside the Worker leaves none", async () => {
  const local = await startLocal("prod");

  const response = await local.chat({
    "cf-aig-collect-log": "true",
    "cf-aig-collect-log-payload": "true",
  });
  const beside = await fetch(`${local.logs}/v1/any/app-prod/workers-ai/@cf/meta/x`, {
    method: "POST",
    headers: { "cf-aig-authorization": `Bearer ${local.key}` },
    body: JSON.stringify({ messages: [{ role: "user", content: "round it" }] }),
  });

  expect([response.status, beside.status]).toEqual([200, 200]);
  const list = rows(await fetchText(local.logs));
  expect(list.map((row) => row.at(-1))).toEqual(["not kept"]);
  const log = await fetchText(`${local.logs}/logs/${response.headers.get("x-log-id")}`);
  expect(log).toContain("No bodies");
  expect(log).not.toContain("a secret prompt");
});

test("a streamed chat and an embedding run through the same gateway, and are logged", async () => {
  const local = await startLocal("dev");
  const client = new OpenAI({ baseURL: `${local.worker}/v1`, apiKey: local.key });
  const model = "@cf/openai/gpt-oss-120b";

  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  });
  const chunks = await Array.fromAsync(stream);
  const { data } = await client.embeddings.create({ model, input: "Hi" });

  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(
    `This is the local model, standing in for ${model}. You said: Hi`,
  );
  expect(data[0]?.embedding).toHaveLength(32);
  const newest = rows(await fetchText(local.logs)).slice(0, 2);
  expect(newest.map((row) => [row[2], row.at(-1)])).toEqual([
    [model, "kept"],
    [model, "kept"],
  ]);
});

test("a caller's word on its own answer stands on the log's page", async () => {
  const local = await startLocal("dev");
  const id = (await local.chat()).headers.get("x-log-id");

  const marked = await fetch(`${local.worker}/v1/feedback`, {
    method: "POST",
    headers: local.headers,
    body: JSON.stringify({ log_id: id, score: -1 }),
  });

  expect(await marked.json()).toEqual({ log_id: id, score: -1 });
  expect(await fetchText(`${local.logs}/logs/${id}`)).toMatch(/Feedback<\/th>\s*<td>bad</);
});

test("npm start -- --api prints what points the official SDK at the account", async () => {
  const local = await startLocal("dev", ["--api"]);
  const [, url, token, accountId = ""] = await local.process.waitFor(
    /CLOUDFLARE_BASE_URL=(\S+)\nexport CLOUDFLARE_API_TOKEN=(\S+)\nexport CLOUDFLARE_ACCOUNT_ID=(\S+)\n/,
  );
  const log = (await local.chat()).headers.get("x-log-id");

  const cloudflare = new Cloudflare({ baseURL: url ?? "", apiToken: token ?? "" });
  const gateways = await cloudflare.aiGateway.list({ account_id: accountId });
  const logs = await cloudflare.aiGateway.logs.list("app-dev", { account_id: accountId });

  expect(token).toHaveLength(40);
  expect(gateways.result.map(({ id }) => id)).toEqual(["app-dev"]);
  expect(logs.result[0]?.id).toBe(log);
});

test("edits to the stack file and to the Worker are taken over, a bad one is not, and the logs stay", async () => {
  const local = await startLocal("dev");
  await local.chat();
  const before = rows(await fetchText(local.logs)).length;

  await project.edit("Pulumi.dev.yaml", "collect: full", "collect: none");
  await local.process.waitFor(/Pulumi\.dev\.yaml changed: reloaded/);
  await local.chat({ "cf-aig-collect-log": "true", "cf-aig-collect-log-payload": "true" });
  expect(rows(await fetchText(local.logs))).toHaveLength(before);

  await project.edit("Pulumi.dev.yaml", "collect: none", "collect: nothing");
  await local.process.waitFor(/last good state goes on: stack dev has 1 problem:\n.*"nothing"/);
  expect((await local.chat()).status).toBe(200);

  await project.edit("Pulumi.dev.yaml", "collect: nothing", "collect: full");
  await project.replace("worker/chat/index.ts", (text) => `${text}\nthrow new Error("at load");\n`);
  await local.process.waitFor(/at load[^]*last good state goes on: the Worker does not load/);
  expect((await local.chat().catch(() => local.chat())).status).toBe(200);
  await project.replace("worker/chat/index.ts", (text) =>
    text.replace(/\nthrow new Error.*\n$/, ""),
  );
  await project.edit("worker/chat/index.ts", "In one sentence: what", "In two sentences: what");
  const answer = await waitFor(
    async () => {
      // The runtime restarts: a connection kept from before is closed.
      const text = await fetchText(local.worker, local.headers).catch(() => "");
      return text.includes("In two sentences") ? text : undefined;
    },
    () => local.process.output(),
  );
  expect(answer).toContain("This is the local model");
  expect(rows(await fetchText(local.logs)).length).toBeGreaterThan(before);
});

test("a stack file that git removes and makes anew is watched on", async () => {
  const local = await startLocal("dev");
  const file = join(project.folder, "Pulumi.dev.yaml");
  const full = await readFile(file, "utf8");
  const none = full.replace("collect: full", "collect: none");
  /** Waits until the stack behaves so: how many reloads it takes is not the point. */
  const logs = async (isLogging: boolean) =>
    waitFor(
      async () => {
        const answer = await local.chat().catch(() => undefined);
        return answer?.headers.has("x-log-id") === isLogging ? true : undefined;
      },
      () => local.process.output(),
    );

  for (const text of [none, full]) {
    await rm(file);
    await writeFile(file, text);
    await logs(text === full);
  }
  await writeFile(file, none);

  expect(await logs(false)).toBe(true);
  await writeFile(file, full);
});

test("a busy port is told, the next one is taken, and a signal leaves nothing running", async () => {
  const first = await startLocal("dev");
  const port = Number(new URL(first.worker).port);
  const second = await startLocal("prod", ["--port", String(port)]);

  expect(second.process.output()).toContain(`port ${port} is busy: taking `);
  expect(second.worker).not.toBe(first.worker);

  // Ctrl-C, and the end of a service.
  expect(await first.process.stop("SIGINT")).toBe(130);
  expect(await second.process.stop("SIGTERM")).toBe(143);
  for (const url of [first.worker, first.logs, second.worker, second.logs]) {
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  }
});

test("a bad stack file stops it with the program's own message", async () => {
  const bad = await copyProject();
  onTestFinished(() => bad.remove());
  await bad.edit("Pulumi.dev.yaml", "gatewayId: app-dev", "gatewayId: App");
  await bad.edit("Pulumi.dev.yaml", "maxEntries", "maxEntrys");

  const process = start(bad, "local/start.js");

  expect(await process.exited).toBe(1);
  expect(process.output().trim().split("\n")).toEqual([
    "error: stack dev has 3 problems:",
    expect.stringMatching(/^ {2}ai-gateway:gatewayId is "App"; allowed is /),
    expect.stringMatching(/^ {2}ai-gateway:logs\.maxEntries is missing; /),
    "  ai-gateway:logs.maxEntrys is not a setting; did you mean maxEntries?",
  ]);
});

test("evidence that cannot be read stops it with the file's name", async () => {
  const bad = await copyProject();
  onTestFinished(() => bad.remove());
  await mkdir(join(bad.folder, "docs/evidence"), { recursive: true });
  await writeFile(join(bad.folder, "docs/evidence/probe-2026-11-23.json"), "{");

  const process = start(bad, "local/start.js");

  expect(await process.exited).toBe(1);
  expect(process.output().trim().split("\n")).toEqual([
    "error: evidence cannot be read:",
    "  docs/evidence/probe-2026-11-23.json: the file is no JSON; run npm run probe again, or restore it",
  ]);
});

test.each([
  [["--stack", "staging"], 2, 'error: --stack is "staging"; the project has dev, prod\n\nusage: '],
  [["--stack", "../x"], 2, 'error: --stack is "../x"; allowed are'],
  [["--port", "80"], 2, 'error: --port is "80"; allowed is a whole number from 1024 to 65000'],
  [["--upstream", "http://me:hidden@x.test"], 2, "--upstream holds a user name or a password"],
  [["--upstream", "ollama"], 2, 'error: --upstream is "ollama"; allowed is a URL'],
  [["--prot", "1"], 2, "Unknown option '--prot'"],
  [["--upstream", "http://127.0.0.1:9"], 1, "cannot be used: "],
])("%j ends at once with a message", async (args, code, message) => {
  const process = start(project, "local/start.js", args);

  expect(await process.exited).toBe(code);
  expect(process.output()).toContain(message);
  expect(process.output()).not.toMatch(/ {4}at |hidden/);
});

test("an upstream with OpenAI's protocol answers in the local model's place", async () => {
  const asked: unknown[] = [];
  const upstream = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/v1/models") return response.end('{"data":[{"id":"llama-at-home"}]}');
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    return request.on("end", () => {
      asked.push(JSON.parse(body));
      const message = { role: "assistant", content: "from upstream" };
      response.end(JSON.stringify({ choices: [{ message, finish_reason: "stop" }] }));
    });
  });
  const port = await getPort();
  upstream.listen(port, "127.0.0.1");
  onTestFinished(() => void upstream.close());

  const local = await startLocal("dev", ["--upstream", `http://127.0.0.1:${port}/v1`]);

  expect(await (await local.chat()).text()).toContain("from upstream");
  expect(asked).toEqual([
    { model: "llama-at-home", messages: [{ role: "user", content: "a secret prompt" }] },
  ]);
});

interface Local {
  readonly process: Started;
  readonly worker: string;
  readonly logs: string;
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly chat: (headers?: Record<string, string>) => Promise<Response>;
}

/** `npm start` on free ports, ended with the test. */
async function startLocal(stack: string, args: readonly string[] = []): Promise<Local> {
  const port = args.includes("--port") ? [] : ["--port", String(await getPort())];
  const process = start(project, "local/start.js", ["--stack", stack, ...port, ...args]);
  onTestFinished(async () => void (await process.stop("SIGTERM")));
  const found = await process.waitFor(/Worker +(\S+)\n +Logs +(\S+)\n +Key +(\S+)[^]*Ctrl-C/);
  const [, worker = "", logs = "", key = ""] = found;
  const authorization = { authorization: `Bearer ${key}` };
  const body = JSON.stringify({
    model: "@cf/openai/gpt-oss-120b",
    messages: [{ role: "user", content: "a secret prompt" }],
  });
  return {
    process,
    worker,
    logs,
    key,
    headers: authorization,
    chat: (headers) =>
      fetch(`${worker}/v1/chat/completions`, {
        method: "POST",
        headers: { ...authorization, ...headers },
        body,
      }),
  };
}

async function fetchText(url: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(url, { headers })).text();
}

/** The cells of the list of logs, row by row, after each one's time. */
function rows(page: string): string[][] {
  const [list = ""] = /<table id="logs">[^]*?<\/table>/.exec(page) ?? [];
  return [...list.matchAll(/<tr>(?<cells>[^]*?)<\/tr>/g)]
    .map(([, cells = ""]) => [...cells.matchAll(/<td[^>]*>([^]*?)<\/td>/g)])
    .map((cells) => cells.map(([, cell = ""]) => cell.replaceAll(/<[^>]*>/g, "").trim()))
    .filter((cells) => cells.length > 0);
}
