/**
 * A stack file is read twice: by a review, without Pulumi, and by the program, from what Pulumi hands over. Both must
 * come to the same settings or to the same words.
 */
import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { readSettings } from "../../infra/config.ts";
import { evidenceRules } from "../../policy/rules/evidence.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { isCipher, readStackFile } from "../../policy/stack/stack-file.ts";
import { toProject } from "../support/settings.ts";
import { readCorpus, TODAY } from "../support/corpus.ts";

// Rules between stacks are rules.test.ts's subject.
const ALONE = { name: "stack", project: toProject({}) };

const ACCOUNT = "0".repeat(32);
/** Ciphers that stand for something else. */
const PLAIN: Readonly<Record<string, string>> = {
  "v1:acc": ACCOUNT,
  "v1:url": "https://alerts.example.com/T0/key",
};

/**
 * What a program cannot know: it gets every secret in clear, and a name without its older namespace,
 * and it reads no evidence.
 */
const FILE_ONLY = new RegExp(
  [
    " (?:is a secret and stands in the file in clear|is encrypted, so that no reviewer can read it); ",
    " ai-gateway:config:",
    `\\[(?:${evidenceRules.map(({ id }) => id).join("|")})\\]$`,
  ].join("|"),
);

const corpus = readCorpus();
const isUnreadable = (line: string) => line.includes("the file is not ");
// Not what is unclear without quotes either: a program gets what Pulumi alone makes of it.
// Nor that there is no config: a program gets no settings, and tells each that is missing.
const isOther = (line: string) =>
  isUnreadable(line) ||
  / without quotes[ ,]|, which Pulumi refuses; |there is no config:/.test(line);
const read = corpus.filter(({ expected }) => !expected.some(isOther));

beforeEach(async () => {
  // Only the clock: Pulumi's own timers must run on.
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(`${TODAY}T12:00:00Z`) });
  vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", ACCOUNT);
  vi.stubEnv("PULUMI_CONFIG_SECRET_KEYS", "[]");
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "", state: inputs }),
    call: () => ({}),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.each(read)("the program says of $name what a review says", ({ text, expected }) => {
  const program = runProgram(text);

  const isEncrypted = encryptedPaths(expected);
  expect(program.lines.filter((line) => !isEncrypted.some((path) => line.includes(path)))).toEqual(
    expected.filter((line) => line !== "deployable" && !FILE_ONLY.test(line)),
  );
});

test.each(read.filter(({ expected }) => expected[0] === "deployable"))(
  "the program deploys $name as it was reviewed",
  ({ name, text }) => {
    const reviewed = parseStackFile(name, text);

    expect(withoutSecrets(runProgram(text).settings)).toEqual(
      withoutSecrets(reviewed.ok ? reviewed.stack.settings : undefined),
    );
  },
);

test("a file that a review cannot read says so in one line", () => {
  const others = corpus.filter(({ expected }) => expected.some(isUnreadable));

  expect(others.length).toBeGreaterThan(10);
  for (const { name, text, expected } of others) {
    expect(() => parseStackFile(name, text)).toThrow(
      expected[0]?.replace("error the file is ", ""),
    );
  }
});

interface ProgramRun {
  readonly settings: Settings | undefined;
  /** `error …` and `warning …`, errors first. */
  readonly lines: readonly string[];
}

/** The program's settings from what the engine would hand over: every secret in clear. */
function runProgram(text: string): ProgramRun {
  if (text.includes("ai-gateway:accountId:")) vi.stubEnv("CLOUDFLARE_ACCOUNT_ID", "");
  const entries = Object.entries(readStackFile(text).values).map(
    ([key, value]) => [`ai-gateway:${key}`, decrypt(value)] as const,
  );
  pulumi.runtime.setAllConfig(Object.fromEntries(entries));
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  const warnings = () => warn.mock.calls.map(([line]) => `warning ${line}`);
  try {
    return { settings: readSettings(ALONE), lines: warnings() };
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    // Without the heading, and the line about the rules' page.
    const errors = error.message.split("\n").filter((line) => line.startsWith("  "));
    return {
      settings: undefined,
      lines: [...errors.map((line) => line.replace(/^ {2}/, "error ")), ...warnings()],
    };
  }
}

/** A value of a stack file as Pulumi decrypts it, with a plausible plain text for each cipher. */
function decrypt(text: string): string {
  if (!/^[[{]/.test(text)) return text;
  try {
    const plain: unknown = decryptLeaf(JSON.parse(text));
    return typeof plain === "string" ? plain : JSON.stringify(plain);
  } catch {
    return text;
  }
}

function decryptLeaf(value: unknown): unknown {
  if (isCipher(value)) return PLAIN[Object(value).secure] ?? hashOf(Object(value).secure);
  if (Array.isArray(value)) return value.map(decryptLeaf);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decryptLeaf(item)]));
}

/** Another cipher is another secret, which is a hash wherever one is due. */
function hashOf(cipher: string): string {
  return createHash("sha256").update(cipher).digest("hex");
}

/** ` ai-gateway:zdr ` of each setting that should not have been encrypted: what a program says of it is chance. */
function encryptedPaths(expected: readonly string[]): string[] {
  return expected.flatMap((line) => / ai-gateway:\S+ (?=is encrypted)/.exec(line) ?? []);
}

function withoutSecrets(settings: Settings | undefined): unknown {
  return (
    settings && {
      ...settings,
      anonymousCallers: settings.anonymousCallers !== undefined,
      alerts: settings.alerts && { ...settings.alerts, webhook: "webhook" in settings.alerts },
      logs: { ...settings.logs, alertUrl: "alertUrl" in settings.logs },
      callers: settings.callers.map(({ name }) => name),
      telemetry: {
        ...settings.telemetry,
        traces: settings.telemetry.traces && {
          ...settings.telemetry.traces,
          headers: Object.keys(settings.telemetry.traces.headers),
        },
      },
      providers: settings.providers.map(({ key, ...rest }) => rest),
      exports: settings.exports.map(({ headers, ...rest }) => ({
        ...rest,
        headers: Object.keys(headers),
      })),
    }
  );
}
