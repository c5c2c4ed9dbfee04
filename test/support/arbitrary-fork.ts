/**
 * Generates projects as those who fork this one make them: other stacks under other names, with
 * other settings, all valid.
 */
import fc from "fast-check";
import { parseDocument } from "yaml";

import { stackText } from "./settings.ts";

/** A project's name and stack files. */
export interface Fork {
  /** The project's name in Pulumi.yaml. */
  readonly project: string;
  /** The text of each stack file, by stack name. */
  readonly stacks: Readonly<Record<string, string>>;
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const model = fc.constantFrom(
  "@cf/meta/llama-3.1-8b-instruct-fast",
  "@cf/openai/gpt-oss-120b",
  "@cf/moonshotai/kimi-k2.6",
  "openai/gpt-4o-mini",
);

/** The settings that all stacks of one account share. */
const account = fc.record({
  logSystem: fc.constantFrom("legacy", "observability"),
  plan: fc.constantFrom("free", "paid"),
  accountId: fc.option(fc.stringMatching(/^[0-9a-f]{32}$/)),
  subdomain: fc.option(word),
});

const stack = fc.record({
  name: fc.oneof(
    fc.constantFrom("dev", "prod", "staging", "alpha"),
    fc.stringMatching(/^[a-z][a-z0-9]{0,5}(?:[-_.][a-z][a-z0-9]{0,5})?$/),
  ),
  isProduction: fc.boolean(),
  hasBodies: fc.boolean(),
  keepDays: fc.option(fc.integer({ min: 1, max: 90 })),
  models: fc.uniqueArray(model, { minLength: 1, maxLength: 3 }),
  hasFallback: fc.boolean(),
  id: word,
});

type Account = Of<typeof account>;
type Stack = Of<typeof stack>;
type Of<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

/** An arbitrary valid fork. */
export const arbitraryFork: fc.Arbitrary<Fork> = fc
  .tuple(
    word,
    account,
    fc.uniqueArray(stack, {
      minLength: 1,
      maxLength: 3,
      selector: ({ name }) => name,
    }),
  )
  .map(([project, of, stacks]) => ({
    project,
    stacks: Object.fromEntries(
      stacks.map((each, index) => [each.name, edit(of, each, `${each.id}-${index}`)]),
    ),
  }));

/** Edits one of the tests' own stack files as its reader would, and keeps its comments. */
function edit(of: Account, { isProduction, keepDays, models, ...more }: Stack, id: string) {
  const document = parseDocument(stackText(isProduction ? "prod" : "dev"));
  const set = (path: string, value: unknown) => {
    const [setting, ...inside] = path.split(".");
    const keys = ["config", `ai-gateway:${setting}`, ...inside];
    if (value === undefined || value === null) document.deleteIn(keys);
    else document.setIn(keys, value);
  };
  const isLegacy = of.logSystem === "legacy";
  set("gatewayId", id);
  set("accountId", of.accountId);
  set("plan", of.plan);
  set("logSystem", of.logSystem);
  set("logs.collect", more.hasBodies && !isProduction ? "full" : "metadata");
  // Three share what a free account stores.
  set("logs.maxEntries", isLegacy ? 30_000 : undefined);
  set("logs.whenFull", isLegacy ? "deleteOldest" : undefined);
  // The newer system has one age.
  set("logs.keepDays", isLegacy ? keepDays : keepDays && 7);
  set("worker.name", `${id}-chat`);
  set("worker.models", models);
  const isBilled = models.some((name) => !name.startsWith("@cf/"));
  set("spendLimits", isBilled ? [{ id: "daily", limitUsd: 5, windowSeconds: 86_400 }] : undefined);
  set("worker.fallbacks", more.hasFallback ? models.slice(-1) : undefined);
  set("worker.workersDevSubdomain", of.subdomain);
  return document.toString({ lineWidth: 0 });
}
