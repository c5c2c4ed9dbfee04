/** Every way by which Pulumi takes a setting: the review refuses it, or the program stops. */
import { expect, test } from "vitest";

import { isRefused, reviewStacks } from "../../policy/review/review.ts";
import { ENCRYPTED_HASH } from "../../policy/settings/caller-key.ts";
import { jsonSchemas } from "../../policy/settings/schema.ts";
import { parseSettings, type ConfigValues } from "../../policy/settings/parse-settings.ts";
import { findDifferences } from "../../policy/stack/handed.ts";
import { readProject } from "../../policy/stack/project.ts";
import { readStackFile } from "../../policy/stack/stack-file.ts";
import { hideSecrets, parseStackFile, withStandIns, type Stack } from "../../policy/stack/stack.ts";
import type { Content } from "../../policy/stack/yaml.ts";
import { readCorpus, TODAY } from "../support/corpus.ts";

type Files = Readonly<Record<string, Content>>;

const PROJECT = "name: acme-llm\nruntime: nodejs\n";
const ACCOUNT_ID = "0123456789abcdef0123456789abcdef";
/** What is reviewed, and a stack with another value for every setting. */
const REVIEWED = valuesOf("production");
const OTHER: ConfigValues = {
  ...valuesOf("every-setting"),
  gatewayId: "other",
  accountId: "f".repeat(32),
  logSystem: "observability",
  authentication: "false",
  protect: "false",
  callers: JSON.stringify([{ name: "stranger", sha256: "ab".repeat(32) }]),
};
const WAYS: Readonly<Record<string, (key: string, value: string) => Files>> = {
  "config in Pulumi.yaml": (key, value) => ({
    "Pulumi.yaml": `${PROJECT}config: ${JSON.stringify({ [`ai-gateway:${key}`]: { value } })}\n`,
  }),
  "a path in config of Pulumi.yaml": (key, value) => ({
    "Pulumi.yaml": `${PROJECT}config: ${JSON.stringify({ [`ai-gateway:${key}.x`]: { value } })}\n`,
  }),
  "the folder of stackConfigDir": () => ({ "Pulumi.yaml": `${PROJECT}stackConfigDir: env\n` }),
  "the folder of config": () => ({ "Pulumi.yaml": `${PROJECT}config: env\n` }),
  "Pulumi.json and its stack file": (key, value) => ({
    "Pulumi.json": '{ "name": "acme-llm" }',
    "Pulumi.prod.json": JSON.stringify({ config: { [`ai-gateway:${key}`]: value } }),
  }),
  "Pulumi.yml and its stack file": (key, value) => ({
    "Pulumi.yml": PROJECT,
    "Pulumi.prod.yml": toFile({ ...REVIEWED, [key]: value }),
  }),
  "UTF-16": (key, value) => ({
    "Pulumi.prod.yaml": Buffer.from(`\ufeff${toFile({ ...REVIEWED, [key]: value })}`, "utf16le"),
  }),
  "a line that only Pulumi sees": (key, value) => ({
    "Pulumi.prod.yaml": `${toFile(REVIEWED)}# x\u2028  ai-gateway:${key}: ${JSON.stringify(value)}\n`,
  }),
  "the older spelling of a key": (key, value) => ({
    "Pulumi.prod.yaml": `${toFile(REVIEWED)}  ai-gateway:config:${key}: ${JSON.stringify(value)}\n`,
  }),
  "the project's own namespace": (key, value) => ({
    "Pulumi.prod.yaml": `${toFile(REVIEWED)}  acme-llm:${key}: ${JSON.stringify(value)}\n`,
  }),
  // These leave every file as it was reviewed.
  "an environment (Pulumi ESC)": () => ({}),
  "--config-file, or -c into another file": () => ({}),
};

const SETTINGS = Object.keys(jsonSchemas.legacy.properties ?? {});

test.each(Object.entries(WAYS))("no setting reaches a deploy unseen by %s", async (_, write) => {
  const unseen: string[] = [];
  for (const key of SETTINGS) {
    const value = OTHER[key] ?? "";
    const files = { "Pulumi.prod.yaml": toFile(REVIEWED), ...write(key, value) };
    const handed = { ...REVIEWED, [key]: value };
    if (!(await isRefusedByReview(files)) && !stops(handed)) unseen.push(key);
  }

  expect(unseen).toEqual([]);
});

test("what the reviewed file has is neither refused nor stopped", async () => {
  expect(await isRefusedByReview({ "Pulumi.prod.yaml": toFile(REVIEWED) })).toBe(false);
  expect(stops(REVIEWED)).toBe(false);
});

// `pulumi config set` and `pulumi stack init` write text; days and numbers have more than one spelling.
test.each([
  ["protect: false", { protect: "false" }],
  ["rateLimit in JSON", { rateLimit: '{"technique":"fixed","requests":5,"intervalSeconds":60.0}' }],
  [
    "a day that Pulumi made a time stamp of",
    { readers: '[{"name":"a","kind":"ci","until":"2026-12-31 00:00:00 +0000 UTC"}]' },
  ],
])("%s is the same setting, however it is written", (_, changes: ConfigValues) => {
  const plain = {
    protect: "false",
    rateLimit: '{"requests":5,"intervalSeconds":60,"technique":"fixed"}',
    readers: '[{"name":"a","kind":"ci","until":"2026-12-31"}]',
  };
  const file = { ...REVIEWED, ...plain };

  expect(differences({ ...file, ...changes }, file)).toEqual([]);
});

test("a secret is compared by presence alone, and no value of it is shown", () => {
  const key = (letter: string) => ({
    anonymousCallers: JSON.stringify({ key: letter.repeat(64) }),
  });

  expect(differences({ ...REVIEWED, ...key("a") }, { ...REVIEWED, ...key("b") })).toEqual([]);
  expect(differences({ ...REVIEWED, ...key("a") }, REVIEWED)).toEqual([
    "anonymousCallers.key is a secret, and the stack file has none",
  ]);
});

test("a caller's hash that stands in clear is compared, and an encrypted one is not", () => {
  const callers = (sha256: string) => ({ callers: JSON.stringify([{ name: "web", sha256 }]) });
  const handed = { ...REVIEWED, ...callers("b".repeat(64)) };

  expect(differences(handed, { ...REVIEWED, ...callers("a".repeat(64)) })).toEqual([
    `callers[0].sha256 is "${"b".repeat(64)}", and the stack file has "${"a".repeat(64)}"`,
  ]);
  expect(differences(handed, { ...REVIEWED, ...callers(ENCRYPTED_HASH) })).toEqual([]);
});

test("a difference names the setting and both values", () => {
  const logs = '{"collect":"full","maxEntries":10000,"whenFull":"deleteOldest"}';

  expect(differences({ ...REVIEWED, logs }, REVIEWED)).toContain(
    'logs.collect is "full", and the stack file has "metadata"',
  );
});

test("a setting of another namespace is compared, too", () => {
  const file = parsed(
    `${toFile(REVIEWED)}  cloudflare:baseUrl: https://api.cloudflare.com/client/v4\n`,
  );
  const handed = { settings: file.settings, others: new Map([["pulumi:tags", "x"]]) };

  expect(findDifferences(handed, file).map(({ path }) => path)).toEqual([
    "pulumi:tags",
    "cloudflare:baseUrl",
  ]);
});

function valuesOf(name: string): ConfigValues {
  const text = readCorpus().find((file) => file.name === name)?.text ?? "";
  return { ...withStandIns(readStackFile(text).values).readable, accountId: ACCOUNT_ID };
}

function toFile(values: ConfigValues): string {
  const hidden = Object.entries(hideSecrets(values)).map(
    ([key, value]) => `  ai-gateway:${key}: ${JSON.stringify(value)}\n`,
  );
  return `config:\n${hidden.join("")}`;
}

function parsed(text: string): Stack {
  const read = parseStackFile("prod", text);
  if (read.ok) return read.stack;
  throw new Error(JSON.stringify(read.problems));
}

async function isRefusedByReview(files: Files): Promise<boolean> {
  const project = readProject(new Map(Object.entries({ "Pulumi.yaml": PROJECT, ...files })));
  return (await reviewStacks(project, { today: TODAY })).some(isRefused);
}

/** Whether the program stops, handed these settings, beside the reviewed file. */
function stops(handed: ConfigValues): boolean {
  const read = parseSettings(handed);
  if (!read.ok) return true;
  const file = parsed(toFile(REVIEWED));
  return findDifferences({ settings: read.settings, others: new Map() }, file).length > 0;
}

function differences(handed: ConfigValues, file: ConfigValues): string[] {
  const read = parseSettings(handed);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const found = findDifferences(
    { settings: read.settings, others: new Map() },
    parsed(toFile(file)),
  );
  return found.map(({ path, message }) => `${path} ${message}`);
}
