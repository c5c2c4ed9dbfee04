import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { addCaller, readCallers, removeCallers } from "../../ops/caller/callers-text.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { callOps } from "../support/ops-command.ts";
import { stackText } from "../support/settings.ts";

const [OLD, NEW] = ["a1".repeat(32), "b2".repeat(32)];

test("a new token is shown once and alone, and its hash stands in the file", async () => {
  const project = await makeProject(stackText("dev"));

  const { code, stdout, stderr } = await project.ask("add", "web", "--until", "2099-01-31");
  const [token = "", end] = stdout.split("\n");
  const sha256 = createHash("sha256").update(token).digest("hex");

  expect({ code, end }).toEqual({ code: 0, end: "" });
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(stderr).not.toContain(token);
  expect(stderr).toContain(`lets in caller web by key ${sha256.slice(0, 8)}…`);
  expect(await project.text()).toBe(`${stackText("dev")}  ai-gateway:callers:
    - name: web
      sha256: ${sha256}
      until: 2099-01-31
`);
  expect(parseStackFile("dev", await project.text())).toMatchObject({
    stack: { settings: { callers: [{ name: "web", sha256, until: "2099-01-31" }] } },
  });
});

test("a second token stands beside the first, and the old one goes by the beginning of its hash", async () => {
  const project = await makeProject(
    withCallers(`    - name: web # the app\n      sha256: ${OLD}\n`),
  );

  const rotated = await project.ask("rotate", "web");
  const both = readCallers(await project.text());
  const unclear = await project.ask("remove", "web");
  const removed = await project.ask("remove", "web", "--key", OLD.slice(0, 8));

  expect(rotated.stderr).toContain("remove web --key … --stack dev (key a1a1a1a1…)");
  expect(both.map(({ name }) => name)).toEqual(["web", "web"]);
  expect(unclear.stderr).toContain("has 2 tokens of caller web (key a1a1a1a1…, key ");
  expect(removed).toMatchObject({ code: 0, stdout: "" });
  expect(readCallers(await project.text())).toEqual(both.slice(1));
});

test("a second token of a caller has the models and limits of the first", async () => {
  const own = `
      models: ["@cf/openai/gpt-oss-120b"]
      limit: { requests: 5, periodSeconds: 10 }
      limitUsd: { usd: 1, windowSeconds: 60 }
`;
  const project = await makeProject(withCallers(`    - name: web\n      sha256: ${OLD}${own}`));

  const { code } = await project.ask("rotate", "web", "--until", "2099-01-31");

  const read = parseStackFile("dev", await project.text());
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const [first, second] = read.stack.settings.callers;
  expect(code).toBe(0);
  expect(second).toEqual({ ...first, sha256: second?.sha256, until: "2099-01-31" });
  expect(second?.sha256).not.toBe(OLD);
});

test("an encrypted token can be replaced by one in clear, and all of a caller's can go", async () => {
  const project = await makeProject(
    withCallers(
      "    - name: web\n      sha256:\n        secure: v1:a\n    - { name: app, sha256: { secure: v1:b } }\n",
    ),
  );

  await project.ask("rotate", "web");
  const one = await project.ask("remove", "web", "--key", "encrypted");
  const rest = readCallers(await project.text());
  const all = await project.ask("remove", "web", "--all");
  const none = await project.ask("remove", "app");

  expect([one.code, all.code, none.code]).toEqual([0, 0, 0]);
  expect(rest).toEqual([
    { name: "web", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    { name: "app", sha256: { secure: "v1:b" } },
  ]);
  expect(await project.text()).toBe(stackText("dev"));
});

test("what is wrong with the words is reported at once, and nothing is written", async () => {
  const project = await makeProject(stackText("dev"));

  const wrong = await callOps(
    "caller",
    ["ad", "W_", "--until", "2020-01-31", "--key", "no"],
    {},
    project.folder,
  );
  const misplaced = await project.ask("add", "web", "--key", "a1a1", "--all");

  expect(wrong.code).toBe(2);
  for (const word of ["the first word", "NAME", "--stack", "--until", "--key"]) {
    expect(wrong.stderr).toContain(`error: ${word} is `);
  }
  expect(misplaced.stderr).toContain("--key and --all and --key beside --all: add takes none");
  expect(await project.text()).toBe(stackText("dev"));
});

test.each([
  [["add", "web"], /has caller web already \(key a1a1a1a1…\); rotate makes a second token$/m],
  [["rotate", "app"], /^error: Pulumi\.dev\.yaml has no caller app; it has web$/m],
  [["remove", "app"], /has no caller app; it has web$/m],
  [["remove", "web", "--key", "ffff"], /has no key ffff of caller web, but key a1a1a1a1…$/m],
])("%j is refused with what the file has", async (words, message) => {
  const before = withCallers(`    - name: web\n      sha256: ${OLD}\n`);
  const project = await makeProject(before);

  const { code, stdout, stderr } = await project.ask(...words);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(await project.text()).toBe(before);
});

test("a stack without a file, or with a link for one, is named in one sentence", async () => {
  const project = await makeProject(stackText("dev"));
  await symlink("Pulumi.dev.yaml", join(project.folder, "Pulumi.link.yaml"));
  const ask = (stack: string) =>
    callOps("caller", ["add", "web", "--stack", stack], {}, project.folder);

  expect((await ask("none")).stderr).toBe(
    "error: Pulumi.none.yaml is not here; copy another stack's file, or choose a stack that has one\n",
  );
  expect((await ask("link")).stderr).toContain("is a link or a folder; a stack file is a file");
});

const BEFORE = `# The stack.
config:
  ai-gateway:logs: { collect: full }   # aligned
`;
const SALT = "\n# of this machine\nencryptionsalt: v1:x";

test.each([
  ["no callers", "", `  ai-gateway:callers:\n    - name: web\n      sha256: ${NEW}\n`],
  [
    "an empty list",
    "  ai-gateway:callers: [] # nobody\n",
    `  ai-gateway:callers:\n    - name: web\n      sha256: ${NEW}\n`,
  ],
  [
    "nothing",
    "  ai-gateway:callers:\n",
    `  ai-gateway:callers:\n    - name: web\n      sha256: ${NEW}\n`,
  ],
  [
    "a list at the setting's own column",
    `  ai-gateway:callers:\n  -   name: app # old\n      sha256: ${OLD}\n  # the end\n`,
    `  ai-gateway:callers:\n  -   name: app # old\n      sha256: ${OLD}\n  - name: web\n    sha256: ${NEW}\n  # the end\n`,
  ],
  [
    "a list in braces",
    `  ai-gateway:callers: [{ name: app, sha256: { secure: v1:a } }]\n`,
    `  ai-gateway:callers:\n    - name: app\n      sha256:\n        secure: v1:a\n    - name: web\n      sha256: ${NEW}\n`,
  ],
  [
    "JSON text, as pulumi config set writes it",
    `  ai-gateway:callers: '[{"name":"app","sha256":"${OLD}"}]'\n`,
    `  ai-gateway:callers:\n    - name: app\n      sha256: ${OLD}\n    - name: web\n      sha256: ${NEW}\n`,
  ],
  [
    "a block of text as the last setting",
    "  ai-gateway:note: |\n    one\n    two\n",
    `  ai-gateway:note: |\n    one\n    two\n  ai-gateway:callers:\n    - name: web\n      sha256: ${NEW}\n`,
  ],
])("after %s a caller is added, and every other line stays", (_, setting, expected) => {
  const caller = { name: "web", sha256: NEW };

  expect(addCaller(BEFORE + setting + SALT, caller)).toBe(BEFORE + expected + SALT);
  const windows = (text: string) => text.replaceAll("\n", "\r\n");
  expect(addCaller(windows(BEFORE + setting + SALT), caller)).toBe(
    windows(BEFORE + expected + SALT),
  );
});

test("a file that ends in its last setting gets a line of its own", () => {
  expect(addCaller("config:\n  a:b: 1", { name: "web", sha256: NEW })).toBe(
    `config:\n  a:b: 1\n  ai-gateway:callers:\n    - name: web\n      sha256: ${NEW}\n`,
  );
});

test("a hash that YAML takes for a number is quoted", () => {
  const sha256 = `1e${"7".repeat(62)}`;

  const text = addCaller("config:\n  a:b: 1\n", { name: "web", sha256 });

  expect(text).toContain(`sha256: "${sha256}"`);
});

// The comment of a removed caller once stood over the next one, and said of it what was not so.
test("a removed caller takes its own lines, the comment above them, and no other", () => {
  const callers = `  ai-gateway:callers:
    # the app
    - name: web # first
      sha256: ${OLD}
    # the nightly job
    - name: batch
      sha256: ${NEW} # second

  ai-gateway:zdr: true
`;

  expect(removeCallers(BEFORE + callers, [0])).toBe(
    BEFORE + callers.replace(`    # the app\n    - name: web # first\n      sha256: ${OLD}\n`, ""),
  );
  expect(removeCallers(BEFORE + callers, [1])).toBe(
    BEFORE +
      callers.replace(
        `    # the nightly job\n    - name: batch\n      sha256: ${NEW} # second\n`,
        "",
      ),
  );
  expect(removeCallers(BEFORE + callers, [0, 1])).toBe(`${BEFORE}\n  ai-gateway:zdr: true\n`);
});

test.each([
  ["config: {}\n", "has no settings under config"],
  ["encryptionsalt: v1:x\n", "has no settings under config"],
  ["config:\n  ai-gateway:callers: web\n", "has ai-gateway:callers, which is no list of callers"],
  ["config:\n  a:b: [\n", "is not YAML: "],
  ["config:\n  a:b: &x []\n  ai-gateway:callers: *x\n", "which is no list of callers"],
])("%j is left alone, with the reason", (text, reason) => {
  expect(() => addCaller(text, { name: "web", sha256: NEW })).toThrow(reason);
});

function withCallers(items: string): string {
  return `${stackText("dev")}  ai-gateway:callers:\n${items}`;
}

/** A folder with the file of one stack, dev, and the command asked there. */
async function makeProject(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "caller-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "Pulumi.dev.yaml");
  await writeFile(file, text);
  return {
    folder,
    text: () => readFile(file, "utf8"),
    ask: (...words: readonly string[]) =>
      callOps("caller", [...words, "--stack", "dev"], {}, folder),
  };
}
