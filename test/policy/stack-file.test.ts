import { expect, test } from "vitest";

import { readStackFile } from "../../policy/stack/stack-file.ts";

const values = (settings: string) =>
  readStackFile(`config:\n  ai-gateway:x: ${settings}\n  other:y: 1\n`).values;

// What Pulumi's own loader (sdk 3.258, LoadProjectStack and Decrypt) makes of each of these, as seen 2026-11-22.
test.each([
  ["text", "text"],
  ["10000", "10000"],
  ["-10000", "-10000"],
  ["1e3", "1000"],
  ["1.5", "1.5"],
  [".5", "0.5"],
  ["1.0", "1"],
  ["off", "off"],
  ["no", "no"],
  ["yes", "yes"],
  ["true", "true"],
  ["True", "true"],
  ["~", ""],
  ['"2026-12-31"', "2026-12-31"],
  ['"010"', "010"],
  ["1e400", "1e400"],
  ["203.0.113.0/24", "203.0.113.0/24"],
  ["2026-12-31, the last day", "2026-12-31, the last day"],
  ["[9007199254740993]", "[9007199254740992]"],
  ["{ a: 10, b: [no] }", '{"a":10,"b":["no"]}'],
])("a stack file's %s is read as Pulumi reads it", (written, read) => {
  expect(values(written)).toEqual({ x: read });
});

// A program gets it from Pulumi as a time stamp, and parseSettings makes the same day of both.
test("a day without quotes is that day", () => {
  expect(values("2026-12-31")).toEqual({ x: "2026-12-31" });
});

// To Pulumi 010 is 8, 0x1F_F is 511 and 2026-1-2 a time stamp; to a reader of YAML 1.2 each is something else.
test.each([
  "010",
  "08",
  "0o17",
  "0X10",
  "-0b11",
  "0x1F_F",
  "1_000",
  "1__0",
  "1_000.5",
  ".5_0",
  "1_0e1_0",
  "2026-1-2",
  "2026-12-31T00:00:00Z",
  "2026-12-31 10:30:00",
])("%s without quotes is reported, wherever it stands, and with quotes it is not", (written) => {
  const unclear = (text: string) =>
    readStackFile(`config:\n  ai-gateway:x: ${text}\n  ai-gateway:y: [{ z: ${text} }]\n`).unclear;

  expect(unclear(written)).toEqual([
    { path: "x", message: expect.stringContaining(`is ${written} without quotes`) },
    { path: "y[0].z", message: expect.stringContaining("quote it") },
  ]);
  expect(unclear(`"${written}"`)).toEqual([]);
});

test("another namespace may write what it likes", () => {
  expect(readStackFile("config:\n  other:y: 010\n").unclear).toEqual([]);
});

// What `pulumi config set` and `pulumi stack init` write.
test.each([
  ["protect", '"false"'],
  ["gatewayId", '"7"'],
  ["accountId", "1234567890123456789012345678e901"],
  ["accountId", '"12345678901234567890123456789012"'],
  ["accountId", "0baaa0aaa000a0a0000a00aa0aaaa0a0"],
])("%s: %s, as Pulumi writes it, is clear", (name, written) => {
  expect(readStackFile(`config:\n  ai-gateway:${name}: ${written}\n`).unclear).toEqual([]);
});

test("what is not to be shown is reported without its value", () => {
  const { unclear } = readStackFile("config:\n  ai-gateway:accountId: 0123\n");

  expect(unclear).toEqual([{ path: "accountId", message: expect.not.stringContaining("0123") }]);
});

test("settings of another namespace are not ours", () => {
  expect(values("1")).not.toHaveProperty("y");
});

test("a stack file without settings is read as empty", () => {
  expect(readStackFile("encryptionsalt: v1:x\n")).toEqual({
    values: {},
    noConfig: { path: "", message: "there is no config: in the file" },
    unclear: [],
    others: new Map(),
    misplaced: [],
    environments: [],
  });
});

test.each([
  ["[app/prod]", ["app/prod"]],
  ["app/prod", ["app/prod"]],
  ["[app/prod, { app/keys: { merge: false } }]", ["app/prod", "app/keys"]],
  [
    "{ imports: [app/prod], values: { pulumiConfig: {} } }",
    ["app/prod", "one of the stack file's own"],
  ],
  ["[]", []],
])("environment: %s names its environments", (written, environments) => {
  expect(readStackFile(`environment: ${written}\n`).environments).toEqual(environments);
});

test("a file that is not YAML is refused with the place", () => {
  expect(() => readStackFile("config:\n  a: [1\n")).toThrow(/not YAML: .*line/s);
});

// Its comment ended there for Pulumi: a review saw a comment, and a deploy opened the gateway.
test.each(["\r", "\u0085", "\u2028", "\u2029"])(
  "a character that ends a line for Pulumi alone is refused: %j",
  (separator) => {
    const text = `config:\n  ai-gateway:x: 1 # so${separator}  ai-gateway:authentication: false\n`;

    expect(() => readStackFile(text)).toThrow(/^not a stack file: line 2 has the character U\+/);
  },
);

// Pulumi takes `exports` for `ai-gateway:exports`; a review took it for nothing, and said that no copy leaves.
test("a name without a namespace is refused", () => {
  expect(() => readStackFile("config:\n  exports: []\n")).toThrow(
    'not a stack file: "exports" under config has no namespace; write it as "ai-gateway:exports"',
  );
});

test.each([
  ["ai-gateway: { plan: free, zdr: true }", "ai-gateway:plan"],
  ["aigateway: { plan: free }", "ai-gateway:plan"],
  ["ai-gateway: {}", "ai-gateway:plan"],
  ["ai-gateway:", "ai-gateway:plan"],
  ["cloudflare: { baseUrl: x }", "cloudflare:baseUrl"],
])("a namespace as a group has settings to be written by full name: %s", (group, name) => {
  const remedy = `write each of its settings by its full name, as "${name}"`;

  expect(() => readStackFile(`config:\n  ${group}\n`)).toThrow(
    new RegExp(` under config has no namespace; ${remedy}$`),
  );
  expect(() => readStackFile(`config: {}\n${group}\n`)).toThrow(
    new RegExp(` stands outside config, where Pulumi ignores it; move it there, and ${remedy}$`),
  );
});

test("no line %YAML 1.1 makes a word a boolean", () => {
  expect(readStackFile("%YAML 1.1\n---\nconfig:\n  ai-gateway:x: no\n").values).toEqual({
    x: "no",
  });
});

// The line that a YAML error showed was the one with the token.
test("no error quotes the file", () => {
  const text = 'config:\n  ai-gateway:x: { key: "Bearer hush }\n';

  expect(() => readStackFile(text)).toThrow(/^not YAML: .* at line \d+, column \d+$/);
  expect(() => readStackFile(text)).not.toThrow(/hush/);
});

test("a file that is no stack file is refused", () => {
  expect(() => readStackFile("config: 7\n")).toThrow("not a stack file");
});

test("a setting outside config is refused: Pulumi would ignore it", () => {
  expect(() => readStackFile("config: {}\nai-gateway:zdr: true\n")).toThrow(
    'not a stack file: "ai-gateway:zdr" stands outside config, where Pulumi ignores it; indent it by two',
  );
});

test("the error of a setting that was appended behind the salt says where it belongs", () => {
  const text =
    "config:\n  ai-gateway:zdr: true\nencryptionsalt: v1:a\n  ai-gateway:logpush:\n    bucket: x\n";

  expect(() => readStackFile(text)).toThrow(
    /^not YAML: .* at line 3, column 17; line 4 has a setting of ai-gateway that stands below another key than config: move it,/,
  );
  expect(() => readStackFile("config:\n# a\n  ai-gateway:x: { a: 1\n")).toThrow(/column \d+$/);
});

test("another namespace's secret in clear is reported, and an encrypted one is none", () => {
  const { misplaced, others } = readStackFile(
    "config: { cloudflare:apiToken: t, aws:secretKey: k, cloudflare:accountId: a, x:token: { secure: v1:t } }\n",
  );

  expect(misplaced.map(({ message }) => message.split(" ")[0])).toEqual([
    "cloudflare:apiToken",
    "aws:secretKey",
  ]);
  expect(others.get("x:token")).toBe("a secret");
});

test.each(["ai-gatway:authentication", "ai-gateways:cache"])(
  "%s, a setting under a misspelt namespace, is reported",
  (key) => {
    const { misplaced } = readStackFile(`config: { ${key}: false }\n`);

    expect(misplaced.map(({ message }) => message)).toEqual([
      `${key} is read by nothing here; write it as ai-gateway:${key.split(":")[1]}`,
    ]);
  },
);

// After a rename of the project, `pulumi config set retention 14` writes acme-llm:retention, which nothing reads.
test.each([
  "acme-llm:retention",
  "ai_gateway:retention",
  "AI-Gateway:retention",
  "aigateway:retention",
])("%s, which nothing reads, is reported with the key to write", (key) => {
  expect(readStackFile(`config: { ${key}: 14 }\n`, "acme-llm").misplaced).toEqual([
    { path: "", message: `${key} is read by nothing here; write it as ai-gateway:retention` },
  ]);
});

test.each([
  ["UTF-16, little-endian", Buffer.from("\ufeffconfig: {}\n", "utf16le"), "in UTF-16"],
  ["UTF-16, big-endian", Buffer.from("\ufeffconfig: {}\n", "utf16le").swap16(), "in UTF-16"],
  ["UTF-16 without a mark", Buffer.from("config: {}\n", "utf16le"), "U+0000, or is in UTF-16"],
  ["a byte order mark", Buffer.from("\ufeffconfig: {}\n"), "a byte order mark"],
  ["a byte that is no UTF-8", Buffer.from([0x63, 0xff, 0x0a]), "not in UTF-8"],
  ["U+0000", Buffer.from("config: {} # \0\n"), "the character U+0000"],
])("a file with %s is refused, in words that say how to save it", (_, bytes, message) => {
  expect(() => readStackFile(bytes)).toThrow(message);
  expect(() => readStackFile(bytes)).toThrow("save it as UTF-8 without a byte order mark");
});
