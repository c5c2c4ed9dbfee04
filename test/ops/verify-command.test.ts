/** `npm run verify` as it is typed, over `npm start`: the real Workers runtime and the REST API of the local account. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

import { writePolicyPages } from "../../docs/policy-pages.ts";
import { readEvidence } from "../../infra/project-files.ts";
import { listen, listenToTheEnd } from "../support/listen.ts";
import { callOps, type Ended } from "../support/ops-command.ts";
import { examples, shownOutput, withoutVolatile } from "../support/printed.ts";
import { copyProject, type Project } from "../support/project.ts";
import { startLocal } from "../support/start-local.ts";

let project: Project;
let environment: Record<string, string>;
let worker: string;

beforeAll(async () => {
  project = await copyProject();
  await writePolicyPages(project.folder);
  const local = await startLocal(project, "prod", ["--upstream", await startUpstream()]);
  const { key } = local;
  ({ worker } = local);
  environment = {
    CLOUDFLARE_BASE_URL: `${local.logs}/client/v4`,
    CLOUDFLARE_API_TOKEN: key,
    CLOUDFLARE_ACCOUNT_ID: "10ca10ca10ca10ca10ca10ca10ca10ca",
    AI_GATEWAY_CALLER_TOKEN: key,
  };
  return async () => void (await local.process.stop("SIGTERM"));
});
afterAll(() => project.remove());

test("a stack that keeps its promises is told so, line by line, with a record", async () => {
  const record = join(project.folder, "record.md");

  const { code, stdout, stderr } = await npmVerify("--url", worker, "--record", record);

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [example = []] = examples().filter(([command]) => command?.startsWith("npm run verify "));
  const printed = withoutVolatile(stdout);
  expect(printed).toBe(shownOutput(example, printed));
  const lines = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "  "));
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^✔ {2}policy page {2}is that of the stack file, fingerprint [0-9a-f]{16}$/,
      ),
      "✔  gateway shop-prod  all 24 fields are as declared",
      expect.stringMatching(/^✔ {2}logs.maxEntries {2}\d+ of 90000 logs are stored$/),
      "✔  Worker talk-prod  bound as declared, to this stack's gateway",
      "✔  Worker talk-prod-retention  deletes logs of this gateway, woken at 17 * * * *",
      "✔  addresses: workers.dev  workers.dev is on, previews are off",
      "✔  addresses: domain  no custom domain",
      expect.stringMatching(
        /^\? {2}coverage {2}not looked at, because gateway or Worker was changed at /,
      ),
      "✔  coverage: canaries  counted, logged or not",
      "✔  canary: normal  left a log without bodies, with stack, caller, release and route",
      "✔  canary: streamed  left a log without bodies, with stack, caller, release and route",
      "✔  canary: refused  left no log, as promised",
      "✔  canary: failing  left a log without bodies, with stack, caller, release and route",
    ]),
  );
  const text = await readFile(record, "utf8");
  expect(text).toMatch(/^# Verification of prod, 20\d\d-/);
  expect(text).toMatch(/\| metadata \| \{"stack":"prod","caller":"local",/);
  expect(text).not.toContain(environment["AI_GATEWAY_CALLER_TOKEN"]);
});

test("what its canaries prove is evidence, of a stack that collects metadata", async () => {
  const folder = join(project.folder, "docs/evidence");

  const { code, stderr } = await verify("--url", worker, "--evidence", folder);
  const ofDev = await callOps("verify", ["--stack", "dev", "--evidence", folder], environment);

  const [evidence] = readEvidence(project.folder);
  const { file = "", asked, answers = [] } = evidence ?? {};
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `wrote ${join(project.folder, file)}, which no statement cites: it was not Cloudflare that was asked\n`,
  });
  expect(asked).toMatchObject({ api: new URL(environment["CLOUDFLARE_BASE_URL"] ?? "").origin });
  expect(answers.map(({ question, verdict, seen }) => [question, verdict, seen])).toEqual([
    ["binding-log", "kept", "of 2 calls through the Worker 2 left a log that could be found"],
    ["binding-payload", "kept", "of 2 calls through the Worker with a log 0 left a part of a body"],
  ]);
  expect(ofDev.code).toBe(2);
  expect(ofDev.stderr).toContain("stack dev collects full; only one that collects metadata proves");
});

test("a gateway that was changed by hand ends with 1, and without a caller's token nothing flies", async () => {
  const gateway = `${environment["CLOUDFLARE_BASE_URL"]}/accounts/${environment["CLOUDFLARE_ACCOUNT_ID"]}/ai-gateway/gateways/shop-prod`;
  const headers = { authorization: `Bearer ${environment["CLOUDFLARE_API_TOKEN"]}` };
  const before: unknown = await (await fetch(gateway, { headers })).json();
  const { id, created_at, modified_at, is_default, ...fields } = Object(before).result;
  const body = JSON.stringify({ ...fields, collect_logs: true });
  const changed = await fetch(gateway, { method: "PUT", headers, body });

  const { code, stdout } = await verify("--json", { AI_GATEWAY_CALLER_TOKEN: "" });
  const restored = await fetch(gateway, { method: "PUT", headers, body: JSON.stringify(fields) });

  expect([changed.status, restored.status]).toEqual([200, 200]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual(
    expect.arrayContaining([
      {
        kind: "broken",
        about: "gateway shop-prod",
        says: "collect_logs is true, declared is off (logs.collect); run pulumi up --refresh --stack prod",
      },
      {
        kind: "unknown",
        about: "canaries",
        says: "not looked at, because CLOUDFLARE_BASE_URL is an imitation, whose subdomain is somebody else's; give --url, or set worker.workersDevSubdomain",
      },
    ]),
  );
});

test("a token that is not accepted proves nothing: it ends with 2, and says so", async () => {
  const { code, stdout, stderr } = await verify("--json", { CLOUDFLARE_API_TOKEN: "x".repeat(40) });

  expect(code).toBe(2);
  expect(stderr).toContain("nothing could be looked at");
  const findings: readonly { kind: string; says: string }[] = JSON.parse(stdout);
  // The policy page needs no account.
  const [page, ...looked] = findings;
  expect(page?.kind).toBe("kept");
  expect(new Set(looked.map(({ kind }) => kind))).toEqual(new Set(["unknown"]));
  expect(looked[0]?.says).toContain("CLOUDFLARE_API_TOKEN is not accepted: it is wrong");
});

test("of a stack that was never deployed each line is whole, and all have one advice", async () => {
  const { code, stdout } = await callOps("verify", ["--stack", "dev", "--wait", "0"], environment);

  const lines = stdout.trimEnd().split("\n");
  expect(code).toBe(1);
  expect(lines).toContainEqual(
    expect.stringMatching(/^✘ {2}gateway shop-dev +does not exist; run/),
  );
  // Of the logs, and of addresses, it once did not say what does not exist.
  const missing = lines.filter((line) => line.includes("does not exist"));
  for (const line of missing) expect(line).toMatch(/(?:gateway|Worker) \S+ +does not exist/);
  expect(missing.length).toBeGreaterThan(2);
  expect(lines.filter((line) => line.endsWith(";"))).toEqual([]);
  const advice = stdout.match(/run pulumi up.*/g) ?? [];
  expect(new Set(advice)).toEqual(new Set(["run pulumi up --refresh --stack dev"]));
});

test("wrong words and a missing account end with 2", async () => {
  const words = await verify("--wait", "long");
  const address = await verify("--url", "foo");
  const account = await verify({ CLOUDFLARE_API_TOKEN: "" });

  expect([words.code, address.code, account.code]).toEqual([2, 2, 2]);
  expect(address.stderr).toContain('--url is "foo"; allowed is an address');
  expect(words.stderr).toContain('--wait is "long"; allowed is a number of seconds to 999');
  expect(account.stderr).toContain("the environment lacks CLOUDFLARE_API_TOKEN");
});

// The place was tried at the end, when all was looked at, and the findings were lost.
test("a record that cannot be written is told before anything is asked", async () => {
  const record = join(project.folder, "nowhere", "record.md");
  let questions = 0;
  const api = await listen(() => {
    questions += 1;
    return new Response("{}");
  });

  const { code, stdout, stderr } = await verify("--record", record, { CLOUDFLARE_BASE_URL: api });

  expect({ code, stdout, questions }).toEqual({ code: 2, stdout: "", questions: 0 });
  expect(stderr).toContain(`--record is "${record}" and cannot be written: there is no such`);
});

const WORDS = ["--stack", "prod"];

function verify(...args: (string | Record<string, string>)[]): Promise<Ended> {
  const words = args.filter((arg) => typeof arg === "string");
  const changes = args.filter((arg) => typeof arg !== "string");
  const waiting = words.includes("--wait") ? [] : ["--wait", "2"];
  return callOps(
    "verify",
    [...WORDS, ...waiting, ...words],
    Object.assign({}, environment, ...changes),
    project.folder,
  );
}

async function npmVerify(...words: readonly string[]): Promise<Ended> {
  const command = ["run", "--silent", "verify", "--", ...WORDS, "--wait", "2", ...words];
  const options = { cwd: project.folder, env: { ...process.env, ...environment } };
  return promisify(execFile)("npm", command, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr }),
  );
}

/** Serves a model that takes no embedding, as a chat model on Workers AI, and returns its address. */
async function startUpstream(): Promise<string> {
  const origin = await listenToTheEnd(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/v1/models") return Response.json({ data: [{ id: "m" }] });
    if (pathname === "/v1/embeddings") {
      const errors = [{ code: 5006, message: "messages is missing" }];
      return Response.json({ errors }, { status: 400 });
    }
    const message = { role: "assistant", content: "word" };
    if (Object(await request.json()).stream !== true) {
      return Response.json({ choices: [{ message, finish_reason: "stop" }] });
    }
    const chunk = { choices: [{ index: 0, delta: message, finish_reason: "stop" }] };
    const body = `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`;
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  });
  return `${origin}/v1`;
}
