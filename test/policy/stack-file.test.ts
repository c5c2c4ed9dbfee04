import { expect, test } from "vitest";

import { readStackFile } from "../../policy/stack/stack-file.ts";

const values = (settings: string) =>
  readStackFile(`config:\n  ai-gateway:x: ${settings}\n  other:y: 1\n`).values;

// What Pulumi's own loader (sdk 3.258, LoadProjectStack and Decrypt) makes of each of these, as seen 2026-11-22.
test.each([
  ["text", "text"],
  ["010", "8"],
  ["10_000", "10000"],
  ["1e3", "1000"],
  ["off", "off"],
  ["no", "no"],
  ["yes", "yes"],
  ["true", "true"],
  ["2026-12-31", "2026-12-31 00:00:00 +0000 UTC"],
  ['"2026-12-31"', "2026-12-31"],
  ['"010"', "010"],
  ["08", "8"],
  ["0o17", "15"],
  ["0X10", "16"],
  ["-0b11", "-3"],
  ["0x1F_F", "511"],
  ["1__0", "10"],
  ["1_000.5", "1000.5"],
  [".5", "0.5"],
  [".5_0", ".5_0"],
  ["1.0", "1"],
  ["1e400", "1e400"],
  ["9223372036854775807", "9223372036854775807"],
  ["18446744073709551616", "18446744073709552000"],
  ["[9007199254740993]", "[9007199254740992]"],
  ["True", "true"],
  ["~", ""],
  ["2026-1-2", "2026-01-02 00:00:00 +0000 UTC"],
  ["2026-02-30", "2026-02-30"],
  ["2026-13-01", "2026-13-01"],
  ["2026-12-31T00:00:00Z", "2026-12-31 00:00:00 +0000 UTC"],
  ["2026-12-31 10:30:00", "2026-12-31 10:30:00 +0000 UTC"],
  ["2026-12-31 10:30", "2026-12-31 10:30"],
  ["{ a: 010, b: [no, 2026-1-2] }", '{"a":8,"b":["no","2026-01-02 00:00:00 +0000 UTC"]}'],
])("a stack file's %s is read as Pulumi reads it", (written, read) => {
  expect(values(written)).toEqual({ x: read });
});

test("settings of another namespace are not ours", () => {
  expect(values("1")).not.toHaveProperty("y");
});

test("a stack file without settings is read as empty", () => {
  expect(readStackFile("encryptionsalt: v1:x\n")).toEqual({
    values: {},
    otherSecrets: [],
    hasEnvironment: false,
  });
});

test("an environment that may set more is seen", () => {
  expect(readStackFile("environment: [app/prod]\n").hasEnvironment).toBe(true);
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

test("another namespace's secret in clear is seen, and an encrypted one is none", () => {
  const { otherSecrets } = readStackFile(
    "config: { cloudflare:apiToken: t, aws:secretKey: k, cloudflare:accountId: a, x:token: { secure: v1:t } }\n",
  );

  expect(otherSecrets).toEqual(["cloudflare:apiToken", "aws:secretKey"]);
});
