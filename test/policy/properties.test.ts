/** What holds of every stack that the settings allow. fast-check prints seed and counterexample of a failure. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { formatProblems } from "../../policy/settings/problems.ts";
import { reviewMarkdown, reviewText } from "../../policy/review/render.ts";
import { toPage, toText } from "../../policy/statement/page.ts";
import { reviewStacks, toJson } from "../../policy/review/review.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { readStackFile } from "../../policy/stack/stack-file.ts";
import {
  arbitraryStack,
  secretsOf,
  toConfig,
  toStackFile,
  type StackValues,
} from "../support/arbitrary-stack.ts";
import { TODAY } from "../support/corpus.ts";
import { runs } from "../support/runs.ts";
import { toProject, toStack } from "../support/settings.ts";

const stacks = arbitraryStack();

test("every stack that the settings allow is accepted, from values and from a file", () => {
  fc.assert(
    fc.property(stacks, (values) => {
      expect(parseSettings(toConfig(values))).toMatchObject({ ok: true });
      const { values: read } = readStackFile(toStackFile(values, "in clear"));
      expect(parseSettings(read)).toEqual(parseSettings(toConfig(values)));
    }),
    runs(15, 1000),
  );
});

test("a stack compared with itself has no change", () => {
  fc.assert(
    fc.property(stacks, (values) => {
      expect(compareStacks(stackOf(values), stackOf(values))).toEqual([]);
    }),
    runs(15, 1000),
  );
});

test("a change and the change undone name the same settings", () => {
  const paths = (from: StackValues, to: StackValues) =>
    compareStacks(stackOf(from), stackOf(to))
      .map(({ path }) => path)
      .toSorted();

  fc.assert(
    fc.property(stacks, stacks, (a, b) => {
      expect(paths(a, b)).toEqual(paths(b, a));
    }),
    runs(15, 1000),
  );
});

test("no secret of a stack is told in its statement, its page or its review", async () => {
  await fc.assert(
    fc.asyncProperty(stacks, stacks, async (values, before) => {
      const statement = await stateStack(stackOf(values));
      const told = [
        JSON.stringify(statement),
        toPage("s", statement),
        toText(statement),
        await review(toStackFile(values, "in clear"), toStackFile(before, "encrypted")),
        await review(toStackFile(values, "encrypted"), toStackFile(before, "in clear")),
      ].join("\n");
      expect(shownOf([...secretsOf(values), ...secretsOf(before)], told)).toEqual([]);
    }),
    runs(10, 500),
  );
});

test("no secret is told of a stack that is broken at any place", async () => {
  const junk = fc.constantFrom<unknown>(null, "", "junk!", -1, [], {}, true, { junk: 1 }, BREAK);

  await fc.assert(
    fc.asyncProperty(stacks, fc.nat(), junk, async (values, place, instead) => {
      const broken = replaceAt(values, place, instead);
      const parsed = parseSettings(toConfig(broken));
      const told = [
        parsed.ok ? "" : formatProblems("s", parsed.problems),
        await review(toStackFile(broken, "in clear")),
      ].join("\n");
      expect(shownOf(secretsOf(values), told)).toEqual([]);
    }),
    runs(25, 1000),
  );
});

test("no secret is told of a file that is broken at any character", async () => {
  const slips = fc.constantFrom(
    "",
    '"',
    "'",
    "[",
    "}",
    ":",
    "\t",
    "&",
    "*",
    "!",
    "%",
    "@",
    "\n",
    "---\n",
  );

  await fc.assert(
    fc.asyncProperty(stacks, fc.nat(), slips, async (values, place, slip) => {
      const text = toStackFile(values, "in clear");
      const index = place % text.length;
      // Where it is a stack file still, a slip may have moved a secret to where none belongs.
      const told = refusal(text.slice(0, index) + slip + text.slice(index + 1));
      expect(shownOf(secretsOf(values), told)).toEqual([]);
    }),
    runs(40, 2000),
  );
});

/** Stands for the value there as JSON text without its end. */
const BREAK = Symbol("broken JSON");

/** The stack with one of its values, groups or lists replaced: the one at `place`, counted through and around. */
function replaceAt(values: StackValues, place: number, instead: unknown): StackValues {
  const target = place % count(values);
  let seen = 0;
  const visit = (value: unknown): unknown => {
    seen += 1;
    if (seen === target + 1 && target > 0) {
      return instead === BREAK ? JSON.stringify(value).slice(0, -1) : instead;
    }
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]));
  };
  return Object(visit(values));
}

function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + count(item), 1);
}

function refusal(text: string): string {
  try {
    readStackFile(text);
    return "";
  } catch (error) {
    return String(error);
  }
}

async function review(text: string, before?: string): Promise<string> {
  const reviews = await reviewStacks(toProject({ s: text }), {
    before: before === undefined ? before : toProject({ s: before }),
    today: TODAY,
  });
  return reviews
    .flatMap((each) => [reviewText(each), reviewMarkdown(each), JSON.stringify(toJson(each))])
    .join("\n");
}

/** Also those of which a message shows a part: it cuts long texts. */
function shownOf(secrets: readonly string[], told: string): readonly string[] {
  return secrets.filter((secret) => told.includes(secret.slice(0, 20)));
}

function stackOf(values: StackValues): Stack {
  const parsed = parseSettings(toConfig(values));
  if (!parsed.ok) throw new Error(formatProblems("s", parsed.problems));
  return toStack("s", parsed.settings);
}
