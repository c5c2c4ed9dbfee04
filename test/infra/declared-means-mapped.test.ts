/** No setting is idle: whatever single value differs between two stacks, what is declared differs, or what is stated. */
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { beforeEach, expect, test, vi } from "vitest";

import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { jsonSchemas } from "../../policy/settings/schema.ts";
import type { Settings } from "../../policy/settings/settings.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { arbitraryStack, toConfig } from "../support/arbitrary-stack.ts";
import { recordProgram } from "../support/record-program.ts";
import { runs } from "../support/runs.ts";
import { schemaLeaves, setAt, wholeStack, type SchemaLeaf } from "../support/schema-leaves.ts";

vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({
    file: `dist/${name}.js`,
    sha256: "abcdef0123456789".repeat(4),
  }),
}));
// What a rule refuses is declared by nobody; here each value is to be followed to where it leads.
vi.mock("../../policy/rules/rules.ts", async (original) => ({
  ...(await original<object>()),
  check: () => [],
}));
beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

interface Idle {
  readonly pattern: string;
  readonly because: string;
  readonly isIdle: (settings: Settings) => boolean;
}

/** The leaves that reach nothing, and in which stacks. */
const IDLE: readonly Idle[] = [
  {
    pattern: "logs.keepDays",
    because: "a rule allows only the platform's own number, which the statement has anyway",
    isIdle: ({ logs }) => logs.system === "observability",
  },
  {
    pattern: "logs.alertUrl",
    because: "without days there is no retention Worker that could call it, and a rule warns",
    isIdle: ({ logs }) => logs.keepDays === undefined,
  },
  {
    pattern: "worker.workersDevSubdomain",
    because: "it is a part of an address that the Worker does not have",
    isIdle: ({ worker }) => !worker.workersDev,
  },
];

test.each(["legacy", "observability"] as const)(
  "on %s logs each single value that differs is declared or stated",
  async (logSystem) => {
    const leaves = leavesOf(logSystem);
    const stack = setAt(wholeStack(leaves), ["logSystem"], logSystem);
    const whole = read(stack);
    const idle: string[] = [];

    for (const leaf of leaves) {
      const others = [undefined, ...leaf.values.slice(1)].flatMap((value) => {
        const other = tryRead(setAt(stack, leaf.path, value));
        return other === undefined || isSame(whole, other) ? [] : [other];
      });
      const reached = await Promise.all(others.map((other) => reaches(whole, other)));
      if (reached.includes(false) || others.length === 0) idle.push(leaf.pattern);
    }

    // A kind that is the only one can have no other value.
    const known = IDLE.filter(({ isIdle }) => isIdle(whole.settings));
    expect(idle.toSorted()).toEqual(
      ["exports[].kind", ...known.map(({ pattern }) => pattern)].toSorted(),
    );
  },
);

test("two stacks that differ in any one value differ in what is declared or stated", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryStack(), fc.nat(), async (values, place) => {
      const leaves = leavesOf(values["logSystem"] === "observability" ? "observability" : "legacy");
      const leaf = leaves[place % leaves.length];
      if (leaf === undefined) throw new Error("the schema has no leaves");
      const { path, pattern, values: allowed } = leaf;
      const [one, other] = allowed.map((value) => tryRead(setAt(values, path, value)));
      fc.pre(one !== undefined && other !== undefined && !isSame(one, other));
      fc.pre(!IDLE.some((idle) => idle.pattern === pattern && idle.isIdle(one.settings)));

      expect({ pattern, reaches: await reaches(one, other) }).toEqual({ pattern, reaches: true });
    }),
    { ...runs(20, 500), maxSkipsPerRun: 100, endOnFailure: true },
  );
});

test("another log system is stated", async () => {
  const [legacy, observability] = (["legacy", "observability"] as const).map((logSystem) =>
    read(setAt(wholeStack(leavesOf(logSystem)), ["logSystem"], logSystem)),
  );

  expect(legacy && observability && (await reaches(legacy, observability))).toBe(true);
});

/** The leaves but for the log system, of which each has a shape of its own. */
function leavesOf(logSystem: "legacy" | "observability"): readonly SchemaLeaf[] {
  return schemaLeaves(jsonSchemas[logSystem]).filter(({ pattern }) => pattern !== "logSystem");
}

interface Read {
  readonly config: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

function read(stack: object): Read {
  const found = tryRead(stack);
  if (found === undefined) throw new Error("not a stack that the settings allow");
  return found;
}

/** Undefined where the settings do not allow it. */
function tryRead(stack: object): Read | undefined {
  const config = toConfig({ ...stack });
  const parsed = parseSettings(config);
  return parsed.ok ? { config, settings: parsed.settings } : undefined;
}

/** Whether two stacks differ only in that one leaves out what the other has by default. */
function isSame(a: Read, b: Read): boolean {
  return JSON.stringify(a.settings) === JSON.stringify(b.settings);
}

async function reaches(a: Read, b: Read): Promise<boolean> {
  const [one, other] = await Promise.all([stateStack(a), stateStack(b)]);
  if (one.fingerprint !== other.fingerprint) return true;
  return (await declare(a)) !== (await declare(b));
}

const declared = new Map<string, Promise<string>>();
let last: Promise<unknown> = Promise.resolve();

/** What the program declares: one stack after the other, for Pulumi's state is the process's. */
function declare({ config }: Read): Promise<string> {
  const key = JSON.stringify(config);
  const known = declared.get(key);
  if (known !== undefined) return known;
  const recording = last.then(async () => JSON.stringify(await recordProgram(config)));
  last = recording;
  declared.set(key, recording);
  return recording;
}
