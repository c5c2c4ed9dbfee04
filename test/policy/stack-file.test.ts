import { expect, test } from "vitest";

import { readStackFile } from "../../policy/stack-file.ts";

const values = (settings: string) =>
  readStackFile(`config:\n  ai-gateway:x: ${settings}\n  other:y: 1\n`).values;

// What Pulumi 3.258 hands a program for each of these, as seen.
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
  ["{ a: 010, b: [no, 2026-1-2] }", '{"a":8,"b":["no","2026-01-02 00:00:00 +0000 UTC"]}'],
])("a stack file's %s is read as Pulumi reads it", (written, read) => {
  expect(values(written)).toEqual({ x: read });
});

test("settings of another namespace are not ours", () => {
  expect(values("1")).not.toHaveProperty("y");
});

test("a stack file without settings is read as empty", () => {
  expect(readStackFile("encryptionsalt: v1:x\n")).toEqual({ values: {}, hasEnvironment: false });
});

test("an environment that may set more is seen", () => {
  expect(readStackFile("environment: [app/prod]\n").hasEnvironment).toBe(true);
});

test("a file that is not YAML is refused with the place", () => {
  expect(() => readStackFile("config:\n  a: [1\n")).toThrow(/not YAML: .*line/s);
});

test("a file that is no stack file is refused", () => {
  expect(() => readStackFile("config: 7\n")).toThrow("not a stack file");
});
