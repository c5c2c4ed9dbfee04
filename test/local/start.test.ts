import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import Cloudflare from "cloudflare";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

import { readText } from "../../local/read-text.ts";
import { listenToTheEnd } from "../support/listen.ts";
import { copyProject, start, waitFor, type Project } from "../support/project.ts";
import { stackText } from "../support/settings.ts";
import { freePort, rows, startLocal, type Local } from "../support/start-local.ts";
import { visit } from "../support/visit.ts";

const run = promisify(execFile);

const EMBEDDER = "@cf/baai/bge-m3";
const COLLECTOR = "https://otel.example.com/v1/traces";

let project: Project;
let dev: Local;
beforeAll(async () => {
  project = await copyProject();
  const last = '- "@cf/openai/gpt-oss-120b"\n';
  await project.edit("Pulumi.dev.yaml", last, `${last}      - "${EMBEDDER}"\n`);
  const telemetry = `  ai-gateway:telemetry: { traces: { url: "${COLLECTOR}" } }\n`;
  await project.edit("Pulumi.dev.yaml", "  ai-gateway:plan", `${telemetry}  ai-gateway:plan`);
  dev = await startLocal(project, "dev", ["--api"]);
});
afterAll(async () => {
  await dev.process.stop("SIGTERM");
  await project.remove();
});

test("npm start prints a curl line that works, and the request is on the logs page", async () => {
  const [curl] = /curl [^]*?}]}'/.exec(dev.process.output()) ?? [""];
  const { stdout } = await run("bash", ["-c", `${curl} --silent`]);

  expect(JSON.parse(stdout)).toMatchObject({ object: "chat.completion" });
  expect(rows(await dev.page())[0]).toEqual([
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
  ]);
});

test("npm start prints where traces go, and who sent them stands on the page of their log", async () => {
  const id = (await dev.chat()).headers.get("x-log-id");

  const fate = `for ${COLLECTOR}: kept here, as the URL leads off this machine`;
  expect(dev.process.output()).toMatch(
    new RegExp(`^ {2}Traces {2}${dev.logs}/traces, of Worker \\S+ ${fate}$`, "m"),
  );
  await waitFor(
    async () => ((await dev.page(`/logs/${id}`)).includes("From the Worker") ? true : undefined),
    () => dev.process.output(),
  );
});

test("a streamed chat and an embedding run through the same gateway, and are logged", async () => {
  const client = new OpenAI({ baseURL: `${dev.worker}/v1`, apiKey: dev.key });
  const model = "@cf/openai/gpt-oss-120b";

  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Hi" }],
    stream: true,
  });
  const chunks = await Array.fromAsync(stream);
  const { data } = await client.embeddings.create({ model: EMBEDDER, input: "Hi" });

  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(
    `This is the local model, standing in for ${model}. You said: Hi`,
  );
  expect(data[0]?.embedding).toHaveLength(32);
  const newest = rows(await dev.page()).slice(0, 2);
  expect(newest.map((row) => [row[1], row.at(-1)])).toEqual([
    [EMBEDDER, "kept"],
    [model, "kept"],
  ]);
});

test("a caller's word on its own answer stands on the log's page", async () => {
  const id = (await dev.chat()).headers.get("x-log-id");

  const marked = await fetch(`${dev.worker}/v1/feedback`, {
    method: "POST",
    headers: dev.headers,
    body: JSON.stringify({ log_id: id, score: -1 }),
  });

  expect(await marked.json()).toEqual({ log_id: id, score: -1 });
  expect(await dev.page(`/logs/${id}`)).toMatch(/Feedback<\/th>\s*<td>bad</);
});

test("npm start -- --api prints what points the official SDK at the account", async () => {
  const [, url, token, accountId = ""] = await dev.process.waitFor(
    /CLOUDFLARE_BASE_URL=(\S+)\nexport CLOUDFLARE_API_TOKEN=(\S+)\nexport CLOUDFLARE_ACCOUNT_ID=(\S+)\n/,
  );
  const log = (await dev.chat()).headers.get("x-log-id");

  const cloudflare = new Cloudflare({ baseURL: url ?? "", apiToken: token ?? "" });
  const gateways = await cloudflare.aiGateway.list({ account_id: accountId });
  const logs = await cloudflare.aiGateway.logs.list("shop-dev", { account_id: accountId });

  expect(token).toHaveLength(40);
  expect(gateways.result.map(({ id }) => id)).toEqual(["shop-dev"]);
  expect(logs.result[0]?.id).toBe(log);
});

// A runtime with a debug port, which Miniflare opens unless it is told not to, serves each of its services to everybody.
test.skipIf(!existsSync("/proc/self/cmdline"))(
  "the Workers runtime opens no port beside the Worker's, and shows no key in its arguments",
  () => {
    const runtime = join(project.folder, ".local/dev/workerd");
    const [words = []] = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => (readText(`/proc/${pid}/cmdline`) ?? "").split("\0"))
      .filter(([program]) => program === runtime);

    expect(words.filter((word) => /addr|port/.test(word))).toEqual([
      `--socket-addr=entry=${new URL(dev.worker).host}`,
      expect.stringMatching(/^--external-addr=loopback=127\.0\.0\.1:\d+$/),
    ]);
    expect(words.join(" ")).not.toContain(dev.key);
    expect(words.join(" ")).not.toContain("/binding/");
  },
);

test("beside the running stack, an empty account takes what its own deploy would make", async () => {
  const port = String(await freePort());
  const process = start(project, "local/start.js", ["--empty", "--port", port]);
  onTestFinished(async () => void (await process.stop("SIGTERM")));
  const [, baseURL = "", apiToken = "", account_id = ""] = await process.waitFor(
    /CLOUDFLARE_BASE_URL=(\S+)\nexport CLOUDFLARE_API_TOKEN=(\S+)\nexport CLOUDFLARE_ACCOUNT_ID=(\S+)\n/,
  );
  // The address was printed without the key of the run, and led to 401.
  const [, page = ""] = await process.waitFor(/Logs +(\S+)\n/);
  expect((await fetch(page, { headers: await visit(page) })).status).toBe(200);
  const cloudflare = new Cloudflare({ baseURL, apiToken });
  const before = await cloudflare.aiGateway.list({ account_id });

  const settings = { cache_ttl: 0, rate_limiting_interval: 0, rate_limiting_limit: 0 };
  const flags = { cache_invalidate_on_update: true, collect_logs: true };
  await cloudflare.aiGateway.create({ account_id, id: "shop-dev", ...settings, ...flags });
  const form = new FormData();
  const metadata = { main_module: "chat.js", compatibility_date: "2026-10-23" };
  form.set("metadata", JSON.stringify(metadata));
  const source = 'export default { fetch: () => new Response("deployed") };';
  form.set("chat.js", new Blob([source], { type: "application/javascript+module" }), "chat.js");
  const uploaded = await fetch(`${baseURL}/accounts/${account_id}/workers/scripts/shop-dev`, {
    method: "PUT",
    headers: { authorization: `Bearer ${apiToken}` },
    body: form,
  });

  expect(before.result).toEqual([]);
  expect(uploaded.status).toBe(200);
  const [, url = ""] = await process.waitFor(/shop-dev, as it was uploaded: (\S+)/);
  expect(await (await fetch(url)).text()).toBe("deployed");
  expect(await cloudflare.aiGateway.get("shop-dev", { account_id })).toMatchObject(settings);
  expect((await dev.chat()).status).toBe(200);
});

test("a bad stack file stops it with the program's own message", async () => {
  const text = stackText("dev");
  const bad = join(project.folder, "Pulumi.bad.yaml");
  await writeFile(bad, text.replace("shop-dev", "App").replace("maxEntries", "maxEntrys"));
  onTestFinished(() => rm(bad));

  const process = start(project, "local/start.js", ["--stack", "bad"]);

  expect(await process.exited).toBe(1);
  expect(process.output().trim().split("\n")).toEqual([
    "error: stack bad has 3 problems:",
    expect.stringMatching(/^ {2}ai-gateway:gatewayId is "App"; allowed is /),
    expect.stringMatching(/^ {2}ai-gateway:logs\.maxEntries is missing; /),
    "  ai-gateway:logs.maxEntrys is not a setting; did you mean maxEntries?",
  ]);
});

test.each([
  [["--stack", "staging"], 2, 'error: --stack is "staging"; the project has dev, prod\n\nusage: '],
  [["--stack", "../x"], 2, 'error: --stack is "../x"; allowed are'],
  [["--port", "80"], 2, 'error: --port is "80"; allowed is a whole number from 1024 to 65000'],
  [["--upstream", "http://me:hidden@x.test"], 2, "--upstream holds a user name or a password"],
  [["--upstream", "ollama"], 2, 'error: --upstream is "ollama"; allowed is a URL'],
  [["--prot", "1"], 2, "Unknown option '--prot'"],
])("%j ends at once with a message", async (args, code, message) => {
  const process = start(project, "local/start.js", args);

  expect(await process.exited).toBe(code);
  expect(process.output()).toContain(message);
  expect(process.output()).not.toMatch(/ {4}at |hidden/);
});

test.each([".", ".."])(
  "%s is no stack of npm start and npm run dev, file or not",
  async (stack) => {
    const file = join(project.folder, `Pulumi.${stack}.yaml`);
    await writeFile(file, stackText("dev"));
    onTestFinished(() => rm(file));

    for (const command of ["local/start.js", "local/dev.ts"]) {
      const process = start(project, command, ["--stack", stack]);
      expect(await process.exited).toBe(2);
      expect(process.output()).toContain(`--stack is "${stack}"; the project has dev, prod\n`);
    }
  },
);

describe("prod, with an upstream in the local model's place", () => {
  const asked: unknown[] = [];
  let prod: Local;
  beforeAll(async () => {
    const upstream = await listenToTheEnd(async (request) => {
      if (request.method === "GET") return new Response('{"data":[{"id":"llama-at-home"}]}');
      asked.push(await request.json());
      const message = { role: "assistant", content: "from upstream" };
      return Response.json({ choices: [{ message, finish_reason: "stop" }] });
    });
    prod = await startLocal(project, "prod", ["--upstream", `${upstream}/v1`]);
    return async () => void (await prod.process.stop("SIGTERM"));
  });

  test("under metadata a hostile caller leaves a log without bodies, and one beside the Worker leaves none", async () => {
    const before = rows(await prod.page());
    const response = await prod.chat({
      "cf-aig-collect-log": "true",
      "cf-aig-collect-log-payload": "true",
    });
    const beside = await fetch(`${prod.logs}/v1/any/shop-prod/workers-ai/@cf/meta/x`, {
      method: "POST",
      headers: { "cf-aig-authorization": `Bearer ${prod.key}` },
      body: JSON.stringify({ messages: [{ role: "user", content: "round it" }] }),
    });

    expect([response.status, beside.status]).toEqual([200, 200]);
    const list = rows(await prod.page());
    expect(list).toHaveLength(before.length + 1);
    expect(list[0]?.at(-1)).toBe("not kept");
    const log = await prod.page(`/logs/${response.headers.get("x-log-id")}`);
    expect(log).toContain("No bodies");
    expect(log).not.toContain("a secret prompt");
  });

  test("the upstream answers, in OpenAI's protocol", async () => {
    asked.length = 0;

    expect(await (await prod.chat()).text()).toContain("from upstream");
    expect(asked).toEqual([
      { model: "llama-at-home", messages: [{ role: "user", content: "a secret prompt" }] },
    ]);
  });

  // The last of these: the others need what it ends.
  test("Ctrl-C leaves nothing running", async () => {
    expect(await prod.process.stop("SIGINT")).toBe(130);
    await expectNothing(prod);
  });
});

// The last test: all others need what it ends.
test("the end of a service leaves nothing running", async () => {
  expect(await dev.process.stop("SIGTERM")).toBe(143);
  await expectNothing(dev);
});

async function expectNothing({ worker, logs }: Local): Promise<void> {
  for (const url of [worker, logs]) await expect(fetch(url)).rejects.toThrow("fetch failed");
}
