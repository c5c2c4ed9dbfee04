import { expect, test } from "vitest";

import { changedCode, codeMarkdown, codeText, keepsThePromise } from "../../policy/review/code.ts";
import { inCode } from "../../policy/harmless.ts";

test.each([
  "worker/chat/env.ts",
  "infra/main.js",
  "policy/gateway/collect.ts",
  "record/record.ts",
  ".github/workflows/deploy.yml",
  "worker",
  "worker/node_modules/hono/index.js",
  "package.json",
  "package-lock.json",
  "npm-shrinkwrap.json",
  "tsconfig.json",
  ".npmrc",
  "Pulumi.yaml",
  "Pulumi.yml",
  "Pulumi.json",
  "Pulumi.prod.json",
  // No review takes these for stack files, and on some disks Pulumi does.
  "PULUMI.prod.yaml",
  "Pulumi.prod.YAML",
  "Pulumi....yaml",
])("%s carries out the policy", (path) => {
  expect(keepsThePromise(path)).toBe(true);
});

// A stack file's changes are reported setting by setting.
test.each(["README.md", "Pulumi.prod.yaml", "ops/run.js", "docs/package.json", "workers/x.ts"])(
  "%s does not",
  (path) => {
    expect(keepsThePromise(path)).toBe(false);
  },
);

test("nothing is reported where none of the changed paths carries out the policy", () => {
  expect(changedCode(["README.md"])).toBeUndefined();
});

test("the files are counted by folder, and the first of each are named", () => {
  const worker = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `worker/${name}.ts`);
  const code = changedCode(["package.json", "README.md", ...worker]);

  expect(code?.files).toHaveLength(8);
  expect(code && codeText(code)).toBe(
    [
      "code  what is stated below rests on 8 files that differ from the base",
      "      package.json",
      "      worker/ (7)  worker/a.ts, worker/b.ts, worker/c.ts, worker/d.ts, worker/e.ts and 2 more",
    ].join("\n"),
  );
  expect(code && codeMarkdown(code)).toBe(
    [
      "## Code that keeps the policy",
      "",
      "**Read this first:** what is stated below rests on 8 files that differ from the base.",
      "",
      "- `package.json`",
      "- `worker/ (7)` `worker/a.ts`, `worker/b.ts`, `worker/c.ts`, `worker/d.ts`, `worker/e.ts` and 2 more",
    ].join("\n"),
  );
});

test("a file's name cannot leave its line or its code", () => {
  const evil = "worker/`@team`\n# x\u001B[2J\u202E.ts";
  const code = { kind: "code", files: [evil, "worker/b.ts"] } as const;

  expect(codeText(code)).toContain("worker/`@team` # x�[2J�.ts, worker/b.ts");
  expect(codeMarkdown(code)).toContain("``worker/`@team` # x�[2J�.ts``, `worker/b.ts`");
});

test.each([
  ["a", "`a`"],
  ["", "`  `"],
  [" a ", "`  a  `"],
  ["`", "`` ` ``"],
  ["a``b`c", "```a``b`c```"],
  ["`@team", "`` `@team ``"],
  ["a\u2028b\r\nc", "`a b c`"],
  ["x".repeat(400), `\`${"x".repeat(299)}…\``],
  [`${"x".repeat(298)}😀😀`, `\`${"x".repeat(298)}�…\``],
])("%j is code", (text, code) => {
  expect(inCode(text)).toBe(code);
});
