import { expect, test } from "vitest";

import { readProject } from "../../policy/stack/project.ts";
import { readStackOf } from "../../policy/stack/read-stack.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";

const FILE = `config:
  ai-gateway:gatewayId: app
  ai-gateway:plan: free
  ai-gateway:tier: development
  ai-gateway:logSystem: observability
  ai-gateway:logs: { collect: full }
  ai-gateway:worker: { name: w, models: ["@cf/a/b"] }
`;

function problemsOf(more: string): string[] {
  const read = parseStackFile("dev", FILE + more);
  return read.ok ? [] : read.problems.map(({ path, message }) => `${path} ${message}`);
}

test("a file without account and caller can be reviewed", () => {
  expect(parseStackFile("dev", FILE)).toMatchObject({
    ok: true,
    stack: { name: "dev", accountId: undefined, settings: { gatewayId: "app", callers: [] } },
  });
});

test("encrypted secrets and an encrypted account leave the rest readable", () => {
  const read = parseStackFile(
    "dev",
    `${FILE}  ai-gateway:accountId: { secure: v1:a }
  ai-gateway:callers: [{ name: web, sha256: { secure: v1:b } }]
  ai-gateway:exports:
    - { kind: otel, url: "https://a.example.com", headers: { Authorization: { secure: v1:c } } }
`,
  );

  expect(read).toMatchObject({
    ok: true,
    stack: {
      accountId: undefined,
      settings: { callers: [{ name: "web" }], exports: [{ url: "https://a.example.com" }] },
    },
  });
  expect(JSON.stringify(read)).not.toContain("v1:");
});

test("an account in clear is known", () => {
  const accountId = "0123456789abcdef0123456789abcdef";

  expect(parseStackFile("dev", `${FILE}  ai-gateway:accountId: ${accountId}\n`)).toMatchObject({
    stack: { accountId },
  });
});

test("a secret in clear is refused, with the command that mends it, and is not shown", () => {
  const problems = problemsOf(
    `  ai-gateway:exports: [{ kind: otel, url: "https://a.example.com", headers: { X-Key: hush } }]\n`,
  );

  expect(problems).toEqual([
    "exports[0].headers.X-Key is a secret and stands in the file in clear; make a new one and set it " +
      "with pulumi config set --secret --path 'ai-gateway:exports[0].headers.X-Key'",
  ]);
});

test("a secret that is empty is told to be empty, and no more", () => {
  expect(problemsOf(`  ai-gateway:callers: [{ name: web, sha256: "" }]\n`)).toEqual([
    "callers[0].sha256 is empty; set it to 64 hexadecimal characters, lower case, and not the hash of nothing",
  ]);
});

test("a caller's hash may stand in clear, and is read as it stands; an encrypted one is a stand-in", () => {
  const text = `${FILE}  ai-gateway:callers:
    - { name: web, sha256: ${"ab".repeat(32)} }
    - { name: web, sha256: { secure: v1:a } }
`;

  expect(parseStackFile("dev", text)).toMatchObject({
    stack: {
      settings: {
        callers: [
          { name: "web", sha256: "ab".repeat(32) },
          { name: "web", sha256: "0".repeat(64) },
        ],
      },
    },
  });
});

test("a list of groups that no setting knows is told by its name alone", () => {
  expect(problemsOf("  ai-gateway:cach: [{ ttlSeconds: [60] }]\n")).toEqual([
    "cach is not a setting; did you mean cache?",
  ]);
});

test("what is encrypted and no secret is refused: no reviewer could read it", () => {
  expect(problemsOf("  ai-gateway:zdr: { secure: v1:a }\n")).toEqual([
    "zdr is encrypted, so that no reviewer can read it; set it again without --secret",
  ]);
});

test("an environment is seen beside the problems of the file", () => {
  const read = parseStackFile("dev", "environment: [app/dev]\nconfig: {}\n");

  expect(read).toMatchObject({ ok: false, environments: ["app/dev"] });
});

test("a last day without quotes is the day that Pulumi makes a time stamp of", () => {
  expect(
    parseStackFile(
      "dev",
      `${FILE}  ai-gateway:readers: [{ name: oncall, kind: person, until: 2026-12-31 }]\n`,
    ),
  ).toMatchObject({ stack: { settings: { readers: [{ until: "2026-12-31" }] } } });
});

test("an item that stands in its list twice is told, a caller's name may", () => {
  const hash = "{ secure: v1:a }";

  expect(
    problemsOf(`  ai-gateway:readers: [{ name: a, kind: ci }, { name: a, kind: person }]
  ai-gateway:callers: [{ name: web, sha256: ${hash} }, { name: web, sha256: ${hash} }]
`),
  ).toEqual(["readers[1].name is in the list twice; remove one"]);
});

test("secure misspelt leaves a secret in clear, which is told and not shown", () => {
  const problems = problemsOf("  ai-gateway:callers: [{ name: web, sha256: { Secure: hush } }]\n");

  expect(problems).toEqual([
    "callers[0].sha256 has a value that is not allowed; allowed is 64 hexadecimal characters, lower case, and not the hash of nothing; write the hash of the token and not the token: npm run caller -- add makes both; if this is a token, make a new one",
  ]);
});

test("another namespace's secret in clear is refused too", () => {
  expect(problemsOf("  cloudflare:apiToken: hush\n")).toEqual([
    " cloudflare:apiToken is a secret and stands in the file in clear; make a new one and set it with pulumi config set --secret cloudflare:apiToken",
  ]);
});

test("a list written as a group is told as that, and nobody is told to show a secret", () => {
  const problems = problemsOf("  ai-gateway:callers: { name: web, sha256: { secure: v1:a } }\n");

  expect(problems).toEqual(["callers is a group of settings; allowed is a list of 0 to 100 items"]);
});

test("a stack of a project is read by the project's name, or its message names the file or the stack", () => {
  const project = readProject(
    new Map([
      ["Pulumi.yaml", "name: acme-llm\n"],
      ["Pulumi.dev.yaml", FILE],
      ["Pulumi.slip.yaml", `${FILE}  acme-llm:zdr: true\n`],
      ["Pulumi.broken.yaml", "config: 7"],
    ]),
  );
  const noStackFile = "not a stack file: it has no group of settings under config";

  expect(readStackOf(project, "dev")).toMatchObject({ ok: true, stack: { name: "dev" } });
  expect(readStackOf(project, "slip")).toMatchObject({
    problems: [{ message: "acme-llm:zdr is read by nothing here; write it as ai-gateway:zdr" }],
    message:
      "stack slip has 1 problem:\n  acme-llm:zdr is read by nothing here; write it as ai-gateway:zdr",
  });
  expect(readStackOf(project, "broken")).toMatchObject({
    problems: [{ path: "", message: `the file is ${noStackFile}` }],
    message: `Pulumi.broken.yaml is ${noStackFile}`,
  });
});

test.each([
  ["an empty file", "", "there is no config: in the file"],
  ["a comment", "# later\n", "there is no config: in the file"],
  [
    "another name",
    "konfig:\n  ai-gateway:plan: free\n",
    'there is no config: in the file; did you mean it by "konfig"?',
  ],
  ["other groups alone", "encryptionsalt: v1:a=\n", "there is no config: in the file"],
])("%s has no settings, and is told in one line", (_, text, reason) => {
  const project = readProject(new Map([["Pulumi.dev.yaml", text]]));

  expect(readStackOf(project, "dev")).toMatchObject({
    problems: [{ path: "", message: reason }],
  });
});

test("a secret that is encrypted as nothing is empty", () => {
  const key = `  ai-gateway:secretsStoreId: "${"5ec5".repeat(8)}"
  ai-gateway:providers: [{ provider: openai, key: { secure: "" } }]
`;

  expect(problemsOf(key)).toEqual([
    "providers[0].key is empty; set it with pulumi config set --secret --path 'ai-gateway:providers[0].key'",
  ]);
});
