import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { readSettings } from "../../infra/config.ts";
import { stackName } from "../../infra/deployed.ts";
import { readProject } from "../../policy/stack/project.ts";
import { stackConfig, stackText } from "../support/settings.ts";

beforeEach(() =>
  pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "", state: inputs }),
    call: () => ({}),
  }),
);
afterEach(() => vi.unstubAllEnvs());

test("bad settings stop the program with one expected error that names all of them", () => {
  pulumi.runtime.setAllConfig(stackConfig("dev", { gatewayId: "A!", tier: "x" }));

  const error = catchError(readDev);

  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error.message.split("\n")).toEqual([
    "stack dev has 2 problems:",
    expect.stringMatching(/^ {2}ai-gateway:gatewayId is "A!"; allowed is /),
    '  ai-gateway:tier is "x"; allowed is development or production',
  ]);
});

test("the account comes from the environment where the stack names none", () => {
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "f".repeat(32));
  pulumi.runtime.setAllConfig(stackConfig("dev", { accountId: undefined }));

  expect(readDev().accountId).toBe("f".repeat(32));
});

// Which account holds the logs would be decided outside the review.
test("an account in the environment that is not the stack's stops the program", () => {
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "f".repeat(32));
  pulumi.runtime.setAllConfig(stackConfig("dev"));

  expect(catchError(readDev).message).toMatch(
    /^CLOUDFLARE_ACCOUNT_ID is "f{32}", and stack dev declares another accountId; /,
  );
});

test("the stack's account is taken where the environment has the same, or none", () => {
  for (const environment of ["", "0123456789abcdef0123456789abcdef"]) {
    vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", environment);
    pulumi.runtime.setAllConfig(stackConfig("dev"));

    expect(readDev().accountId).toBe("0123456789abcdef0123456789abcdef");
  }
});

test.each([
  ["dev", "http://127.0.0.1:8787/client/v4", true],
  ["dev", "http://[::1]:8787/client/v4", true],
  ["dev", "https://api.cloudflare.com/client/v4", true],
  ["prod", "https://api.cloudflare.com/client/v4", true],
  ["prod", "http://127.0.0.1:8787/client/v4", false],
  ["dev", "https://api.example.net/client/v4", false],
  ["dev", "https://127.0.0.1.example.net/client/v4", false],
  ["dev", "https://user:hush@127.0.0.1/client/v4", false],
  ["dev", "nowhere", false],
] as const)("of %s the deploy's token goes to %s: %s", (stack, address, isAllowed) => {
  for (const inEnvironment of [true, false]) {
    vi.stubEnv("CLOUDFLARE_BASE_URL", inEnvironment ? address : "");
    const config = inEnvironment ? {} : { "cloudflare:baseUrl": address };
    pulumi.runtime.setAllConfig({ ...stackConfig(stack), ...config });

    const refusal = expect.stringContaining("where the deploy's token would be sent");
    expect(attempt(readDev)).toEqual(isAllowed ? "read" : refusal);
  }
});

test("a broken rule stops the program, with every other, and a warning does not", () => {
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  pulumi.runtime.setAllConfig(
    stackConfig("dev", { authentication: "false", gatewayId: "default", callers: undefined }),
  );

  const error = catchError(readDev);

  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error.message.split("\n")).toEqual([
    "stack dev has 2 problems:",
    expect.stringMatching(/^ {2}ai-gateway:authentication is false; .*\[open-gateway\]$/),
    expect.stringMatching(/^ {2}ai-gateway:gatewayId is default; .*\[default-gateway\]$/),
    expect.stringContaining("docs/rules.md"),
  ]);
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^ai-gateway:callers is empty; .*\[no-callers\]$/)],
  ]);
});

test("the project's other stack files count, and one that cannot be read does not", () => {
  const twin = stackText("dev");
  const files = {
    "Pulumi.dev.yaml": twin,
    "Pulumi.twin.yaml": twin,
    "Pulumi.broken.yaml": "config: 7",
  };
  pulumi.runtime.setAllConfig(stackConfig("dev"));

  expect(catchError(() => readDev(files)).message.split("\n")).toEqual([
    "stack dev has 2 problems:",
    expect.stringContaining("gatewayId is shop-dev, which stack twin has too"),
    expect.stringContaining("worker.name is talk-dev, which stack twin has too"),
    expect.stringContaining("docs/rules.md"),
  ]);
});

test("a stack is not compared with its own file, whatever else is in the name that Pulumi has", () => {
  pulumi.runtime.setAllConfig(stackConfig("dev"));

  expect(readDev({ "Pulumi.dev.yaml": stackText("dev") }).gatewayId).toBe("shop-dev");
});

test("a stack that its own deploy would refuse, by the project's name, does not count", () => {
  const files = {
    "Pulumi.yaml": "name: acme-llm\n",
    "Pulumi.twin.yaml": `${stackText("dev")}  acme-llm:zdr: true\n`,
  };
  pulumi.runtime.setAllConfig(stackConfig("dev"));

  expect(readDev(files).gatewayId).toBe("shop-dev");
});

test("settings of other namespaces are left alone", () => {
  pulumi.runtime.setAllConfig({ ...stackConfig("dev"), "cloudflare:apiToken": "t", "my:x": "1" });

  expect(readDev().gatewayId).toBe("shop-dev");
});

test("an encrypted setting that is wrong is not shown", () => {
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", '["ai-gateway:gatewayId"]');
  pulumi.runtime.setAllConfig(stackConfig("dev", { gatewayId: "Hidden!" }));

  expect(catchError(readDev).message).not.toContain("Hidden!");
});

/** Reads the settings of dev in a project that has some files. */
function readDev(files: Readonly<Record<string, string>> = {}) {
  const project = readProject(new Map(Object.entries(files)));
  return readSettings({ name: stackName("acme/ai-gateway/dev"), project });
}

function attempt(act: () => unknown): string {
  try {
    act();
    return "read";
  } catch (error) {
    return String(error);
  }
}

function catchError(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("it did not throw");
}
