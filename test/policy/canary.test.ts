/** A secret that was pasted anywhere into a stack file is in no output of a review. */

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";

import { reviewMarkdown, reviewText } from "../../policy/review/render.ts";
import { reviewStacks, toJson } from "../../policy/review/review.ts";
import { readCorpus, TODAY } from "../support/corpus.ts";
import { runs } from "../support/runs.ts";
import { stackText, toProject } from "../support/settings.ts";

const MARK = "Zk3vQ9invented2xP5sL8nB4cD6fG1hJ0";
/** As much of it as no output may have. */
const SHOWN = MARK.slice(0, 12);
const CANARIES: Readonly<Record<string, string>> = {
  "a token": MARK,
  "a token behind a prefix": `sk-proj-${MARK}`,
  "a bearer": `Bearer ${SHOWN}`,
  "a private key": `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----\n`,
  "a password in an address": `https://web:${SHOWN}@traces.example.com`,
  "a key in a query": `https://traces.example.com/?api_key=${SHOWN}`,
  "a token in a sentence": `agreed with everybody, see ${MARK}`,
};

/** Every setting that there is, on either log system. */
const BASES = readCorpus().filter(({ name }) => ["every-setting", "observability"].includes(name));

/** As Pulumi writes an encrypted value. */
const CIPHER = { secure: "v1:QUJD:QUJD" };

interface Place {
  readonly at: readonly (string | number)[];
  readonly as: "value" | "key" | "inside";
}

const places = fc.constantFrom(
  ...BASES.flatMap(({ text }) =>
    placesOf(parse(text)).flatMap((place) =>
      Object.entries(CANARIES).map(([name, word]) => ({ text, place, name, word })),
    ),
  ),
);

test("a secret is shown from no place of a stack file, whatever it replaces", async () => {
  const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
  await fc.assert(
    fc.asyncProperty(places, async ({ text, place, word }) => {
      const told = await reviewBoth(stringify(plant(parse(text), place, word)), text);
      expect(told.includes(SHOWN)).toBe(false);
    }),
    runs(150, 5000),
  );
  expect(warnings).not.toHaveBeenCalled();
});

// The pattern of each would take it.
test.each([
  ["exports", 0, "authorization"],
  ["exports", 0, "headers"],
  ["exports", 0, "url"],
  ["waivers", 0, "reason"],
  ["environment"],
])("a token as a name that is shown is refused: %s %s %s", async (...path) => {
  const text = BASES[0]?.text ?? "";
  const isKey = path.at(-1) === "headers";
  const word = path.at(-1) === "url" ? `https://traces.example.com/${MARK}` : MARK;
  const at = path.length === 1 ? path : ["config", `ai-gateway:${path[0]}`, ...path.slice(1)];
  const told = await reviewBoth(
    stringify(plant(parse(text), { at, as: isKey ? "key" : "value" }, word)),
    text,
  );
  expect(told.includes(SHOWN)).toBe(false);
});

// Each sign begins something else in YAML, and the library's own errors quote what follows.
const SIGNS = [
  "*",
  "&",
  "!",
  "!!",
  "%",
  "@",
  "`",
  "[",
  "{",
  "|",
  ">",
  "'",
  '"',
  "? ",
  "- ",
  "<<: *",
];

test("no error of YAML shows a secret behind a sign, as a value or as a key", async () => {
  const prod = stackText("prod");
  const lines = prod.split("\n");
  const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...SIGNS), fc.nat(lines.length - 1), async (sign, index) => {
      const key = lines[index]?.replace(/:.*/, "");
      const asValue = lines.with(index, `${key}: ${sign}${MARK}`);
      const asKey = lines.toSpliced(index, 0, `  ${sign}${MARK}: 1`);
      for (const text of [asValue, asKey]) {
        expect((await reviewBoth(text.join("\n"), prod)).includes(SHOWN)).toBe(false);
      }
    }),
    runs(100, 3000),
  );
  expect(warnings).not.toHaveBeenCalled();
});

test("names of the field are shown, however long they are", async () => {
  const names = ["@cf/meta/llama-3.1-8b-instruct-fast!", "anthropic.claude-3-5-sonnet-20241022-v2"];
  for (const name of names) {
    const text = stackText("prod");
    const file = text.replace(/"?@cf\/meta\/llama-3\.1-8b-instruct-fast"?/, JSON.stringify(name));
    expect(await reviewBoth(file, text)).toContain(`is "${name}"; allowed is`);
  }
});

/** Lists every value and every group: each is replaced, and given a key or an item more. */
function placesOf(value: unknown, at: Place["at"] = []): readonly Place[] {
  const own = [{ at, as: "value" } as const];
  if (typeof value !== "object" || value === null) return [...own, { at, as: "inside" }];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [
    ...own,
    { at, as: "key" },
    { at, as: "inside" },
    ...entries.flatMap(([key, item]) => placesOf(item, [...at, key])),
  ];
}

function plant(value: unknown, { at: [key, ...at], as }: Place, word: string): unknown {
  if (key === undefined) return plantHere(value, as, word);
  const inner = plant(Reflect.get(Object(value), key), { at, as }, word);
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...Object(value), [key]: inner };
}

function plantHere(value: unknown, as: Place["as"], word: string): unknown {
  if (as === "value") return word;
  if (Array.isArray(value)) return [...value, as === "key" ? { [word]: 1 } : word];
  if (typeof value !== "object") return as === "key" ? { [word]: value } : [word];
  return as === "key"
    ? { ...value, [word]: CIPHER }
    : { ...value, [`aws:${word}`]: word, other: word };
}

/** Reviews a file against another, and the other against it, in every format. */
async function reviewBoth(file: string, other: string): Promise<string> {
  const reviews = await Promise.all(
    [
      [file, other],
      [other, file],
    ].map(([now = "", then = ""]) =>
      reviewStacks(toProject({ s: now }), { before: toProject({ s: then }), today: TODAY }),
    ),
  );
  return reviews
    .flat()
    .flatMap((each) => [reviewText(each), reviewMarkdown(each), JSON.stringify(toJson(each))])
    .join("\n");
}
