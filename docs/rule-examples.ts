/**
 * The examples of rules, one file for each: what a stack file has that breaks the rule, and what it
 * has instead. A test runs both sides through the reader of stack files and all rules.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The rules that no stack file breaks by itself, and what does. */
export const WITHOUT_EXAMPLE: Readonly<Record<string, string>> = {
  "bodies-off-unproved": "No line of a stack file does: the evidence of the account is missing.",
  "gateway-replaced": "No stack file does by itself: a change against what is deployed does.",
};

/** The lines of one side of an example, and those of the stacks beside it. */
export interface Side {
  readonly own: string;
  readonly beside: string;
  /** The number of stacks beside it, with names of their own. */
  readonly count: number;
}

/** Reads the example of a rule. Throws where there is none. */
export function readExample(id: string): string {
  const name = `docs/rules/${id}.diff`;
  const file = join(import.meta.dirname, "..", name);
  if (!existsSync(file)) {
    throw new Error(
      `rule ${id} has no example; write ${name}: @@ error: PATH MESSAGE @@ for each finding, then lines with - that break the rule, lines with + that keep it, and others that are in both`,
    );
  }
  return readFileSync(file, "utf8");
}

/** Lists the findings that an example names: `error: gatewayId is default`. */
export function findingsOf(example: string): readonly string[] {
  return [...example.matchAll(/^@@ ((?:error|warning): .+) @@$/gm)].map(([, text = ""]) => text);
}

/** Returns what breaks the rule (`-`), or what keeps it (`+`). */
export function sideOf(example: string, sign: "-" | "+"): Side {
  const [own = "", count = "0", beside = ""] = example.split(
    /^@@ beside (\d+) other stacks? @@\n/m,
  );
  const lines = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.startsWith(" ") || line.startsWith(sign))
      .map((line) => line.slice(1))
      .join("\n");
  return { own: lines(own), beside: lines(beside), count: Number(count) };
}
