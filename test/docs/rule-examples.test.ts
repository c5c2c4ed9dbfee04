/** The examples of docs/rules.md: each breaks its own rule alone, and no rule once it is mended. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import {
  findingsOf,
  readExample,
  sideOf,
  WITHOUT_EXAMPLE,
  type Side,
} from "../../docs/rule-examples.ts";
import { check, RULES } from "../../policy/rules/rules.ts";
import type { Evidence } from "../../policy/evidence/evidence.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { parseStackFile, type Stack } from "../../policy/stack/stack.ts";
import { PUBLIC_KEY } from "../support/public-key.ts";
import { ROOT } from "../support/settings.ts";

const TODAY = "2026-11-22";
/** What accounts of both log systems have shown, so that no stack is warned about it. */
const EVIDENCE = (["legacy", "observability"] as const).map((logSystem): Evidence => ({
  file: "docs/evidence/probe.json",
  asked: { api: "https://api.cloudflare.com", sdk: "cloudflare 7.3.0", logSystem },
  answers: [{ question: "payload-header", at: `${TODAY}T10:00:00Z`, verdict: "kept", seen: "" }],
}));

/** A production stack that breaks no rule, by its keys. */
const base = (name: string): Readonly<Record<string, string>> => ({
  "ai-gateway:accountId": "0123456789abcdef0123456789abcdef",
  "ai-gateway:gatewayId": name,
  "ai-gateway:plan": "paid",
  "ai-gateway:tier": "production",
  "ai-gateway:protect": "true",
  "ai-gateway:logSystem": "legacy",
  "ai-gateway:logs": "{ collect: metadata, maxEntries: 20000, whenFull: deleteOldest }",
  "ai-gateway:worker": `{ name: ${name}-chat, models: ["@cf/meta/llama-3.1-8b-instruct-fast"] }`,
  "ai-gateway:callers": `[{ name: web, sha256: { secure: "v1:a" } }]`,
});

const examples = RULES.filter(({ id }) => !Object.hasOwn(WITHOUT_EXAMPLE, id));

test.each(examples)("the example of $id breaks it alone, as it says, and is mended", ({ id }) => {
  const example = readExample(id);

  expect(broken(sideOf(example, "-"))).toEqual(
    findingsOf(example).map((text) => text.replace(":", ` ${id}:`)),
  );
  expect(broken(sideOf(example, "+"))).toEqual([]);
});

test("each example names what it breaks", () => {
  expect(examples.filter(({ id }) => findingsOf(readExample(id)).length === 0)).toEqual([]);
});

test("each example is of a rule, and no rule is without one but where a reason is given", () => {
  const files = readdirSync(join(ROOT, "docs/rules")).map((name) => name.replace(/\.diff$/, ""));
  const ids = RULES.map(({ id }) => id);

  expect([...files, ...Object.keys(WITHOUT_EXAMPLE)].toSorted()).toEqual(ids.toSorted());
});

test("a rule without an example is named, with the file to write", () => {
  expect(() => readExample("a-new-rule")).toThrow(
    "rule a-new-rule has no example; write docs/rules/a-new-rule.diff",
  );
});

/** Lists what breaks rules on a side: `error default-gateway: gatewayId is default`. */
function broken({ own, beside, count }: Side): string[] {
  const others = Array.from({ length: count }, (_, n) => parse(`other${n}`, beside));
  const findings = check(parse("shop", own), { others, today: TODAY, evidence: EVIDENCE });
  return findings.map(
    ({ severity, rule, path, message }) => `${severity} ${rule.id}: ${path} ${message}`,
  );
}

/** Reads the stack file that has the lines, and of the ordinary one all other keys. */
function parse(name: string, lines: string): Stack {
  const keys = new Set([...lines.matchAll(/^(ai-gateway:\w+):/gm)].map(([, key]) => key));
  const rest = Object.entries(base(name)).filter(([key]) => !keys.has(key));
  const text = [...rest.map(([key, value]) => `${key}: ${value}`), ...lines.split("\n")]
    .map((line) => `  ${line}\n`)
    .join("")
    .replaceAll("YOUR-PUBLIC-KEY", JSON.stringify(PUBLIC_KEY))
    .replaceAll("NAME", name)
    .replaceAll("v1:…", "v1:b");
  const parsed = parseStackFile(name, `config:\n${text}`);
  if (!parsed.ok) throw new Error(formatProblems(name, parsed.problems));
  return parsed.stack;
}
