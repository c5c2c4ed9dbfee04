/** What others wrote is printed, and obeyed by nothing that reads it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect, onTestFinished, test, vi } from "vitest";

import { print, printError, printJson } from "../../ops/cli/print.ts";
import { formatRecord } from "../../ops/verify/record.ts";
import { escapeMarkdown, printableJson } from "../../policy/harmless.ts";
import { listen } from "../support/listen.ts";
import { callOps, type Ended } from "../support/ops-command.ts";
import { stackText } from "../support/settings.ts";

const HOSTILE =
  "\u001B[2K\u001B[1A\u009B31m\u202Eeverybody\u2066\r\u2028\u0000\uD800|<img src=x>[a](//b)@octocat";
const COMMANDS = "::error::first\n  ::set-output name=x::y\nplain ##[error]third\n##[add-mask]web";

afterEach(() => vi.unstubAllEnvs());

/** Anything that a terminal, a page or a runner of GitHub Actions obeys. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]|^\s*::|##\[/mu;
const obeyed = (text: string): boolean => OBEYED.test(text.replaceAll("\n", ""));

test("a command prints foreign text to either stream without what a terminal obeys", () => {
  const { stdout, stderr } = printed(() => {
    print(HOSTILE);
    printError(HOSTILE);
    printJson({ [HOSTILE]: HOSTILE });
  });

  expect(obeyed(stdout + stderr)).toBe(false);
  expect(JSON.parse(stdout.slice(stdout.indexOf("{")))).toEqual({ [HOSTILE]: HOSTILE });
});

test("in GitHub Actions no line of foreign text is a command to the runner", () => {
  vi.stubEnv("GITHUB_ACTIONS", "true");
  const { stdout, stderr } = printed(() => {
    print(COMMANDS);
    printError(COMMANDS);
    printJson([COMMANDS], 2);
  });

  expect((stdout + stderr).match(/^\s*::|##\[/gm)).toBeNull();
  expect(stdout).toContain(": :error::first");
  expect(JSON.parse(stdout.slice(stdout.lastIndexOf("[\n")))).toEqual([COMMANDS]);
});

test("foreign text in Markdown is no table, HTML, named link or mention", () => {
  expect(escapeMarkdown(HOSTILE)).toMatch(/\\\|\\<img src=x\\>\\\[a\\\]\(\/\/b\)@<!-- -->octocat$/);
  expect(escapeMarkdown("@cf/meta/llama, a@b.example")).toBe("@cf/meta/llama, a@b.example");
  const record = formatRecord({
    stack: "dev",
    at: new Date(0),
    findings: [{ kind: "broken", about: HOSTILE, message: `${HOSTILE}\n# heading` }],
    flights: [],
  });
  expect(obeyed(record)).toBe(false);
  expect(record).not.toMatch(/(?<!\\)<img|(?<!\\)\[a\]|^# heading|@octocat/m);
});

test.each(["text", "markdown", "json"])("npm run review prints it so as %s", async (format) => {
  const folder = await makeFolder();
  const text = stackText("dev");
  // As YAML takes it, too.
  const quoted = printableJson(HOSTILE);
  const files: Readonly<Record<string, string>> = {
    "Pulumi.key.yaml": `${text}  ai-gateway:zdr: ${quoted}\n  ${printableJson(`ai-gateway:a\n::error::b${HOSTILE}`)}: 1\n`,
    "Pulumi.other.yaml": `${text}  ${printableJson(`aws:a\n::error::b${HOSTILE}`)}: ${quoted}\n`,
    "Pulumi.reason.yaml": `${text}  ai-gateway:waivers: [{ rule: no-callers, reason: "agreed \\u202Eall round", until: 2027-03-01 }]\n`,
    "Pulumi.environment.yaml": `environment: [${quoted}]\n${text}`,
    "Pulumi.\u001B[2K::error::.json": "{}",
  };
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);

  const ended = await callOps("review", ["--dir", folder, "--format", format], {
    GITHUB_ACTIONS: "true",
  });

  expect(ended.code).toBe(1);
  expect(obeyed(ended.stdout + ended.stderr)).toBe(false);
  expect(ended.stdout).toContain("everybody");
});

async function ask(name: string, args: readonly string[], url: string): Promise<Ended> {
  // The file of the stack that takes a gateway over must not be there yet.
  const own = ["--stack", name === "adopt" ? "new" : "dev"];
  const stack = name === "audit" ? [] : own;
  return callOps(name, [...stack, ...args], {
    CLOUDFLARE_ACCOUNT_ID: "a".repeat(32),
    CLOUDFLARE_API_TOKEN: "t".repeat(40),
    CLOUDFLARE_BASE_URL: url,
  });
}

function printed(run: () => void): Pick<Ended, "stdout" | "stderr"> {
  const stdout = vi.spyOn(console, "log").mockReturnValue();
  const stderr = vi.spyOn(console, "error").mockReturnValue();
  run();
  const [log, errors] = [stdout, stderr].map(({ mock }) => mock.calls.flat().join("\n"));
  vi.restoreAllMocks();
  return { stdout: log ?? "", stderr: errors ?? "" };
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "foreign-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

// All read answers by one function, and the client repeats such calls for two seconds: one body each.
test.each([
  ["logs", [], "text/html", "<h1>Sign in</h1>"],
  ["audit", [], "application/json", "{"],
  ["erase", ["--caller", "web"], "application/json", "null"],
  ["adopt", ["--gateway", "app"], "text/html", "<h1>Sign in</h1>"],
])("npm run %s ends with 2 and a sentence where a 200 is no JSON", async (...row) => {
  const [name, args, type, body] = row;
  const url = await listen(() => new Response(body, { headers: { "content-type": type } }));

  const { code, stdout, stderr } = await ask(name, args, url);

  expect(code).toBe(2);
  expect(stdout + stderr).toContain("no answer (status 200 with what is no JSON object)");
});
