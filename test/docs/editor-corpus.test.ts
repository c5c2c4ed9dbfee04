/** An editor and a review agree about the stack files of the corpus, but for what an editor cannot know. */
import { expect, test } from "vitest";

import { readCorpus } from "../support/corpus.ts";
import { openInEditor } from "../support/editor.ts";

const SCHEMA = "# yaml-language-server: $schema=policy/stack-file.schema.json\n";

/** What no JSON Schema sees. */
const UNSEEN: readonly { readonly told: RegExp; readonly because: string }[] = [
  { told: /\[[a-z-]+\]$/, because: "a rule looks at several settings, the tier or the day" },
  { told: / is in the list twice; /, because: "JSON Schema compares whole items, not their names" },
  {
    told: / (?:differs from|is that of) callers\[|, the name of that caller's own limit; |a gateway has at most /,
    because: "JSON Schema compares no two callers, and no caller with a limit",
  },
  { told: / which ends the whole answer before; /, because: "JSON Schema compares no two numbers" },
  { told: / is missing, while providers has keys; /, because: "one setting needs another" },
  { told: / has the character U\+/, because: "an editor does not end a line where Pulumi does" },
  { told: / a byte order mark /, because: "an editor drops it, and shows what is behind it" },
  { told: / a second document, /, because: "an editor checks each document alone" },
  { told: / readers of YAML understand differently; /, because: "an editor is one of them" },
  { told: /: a tag \(!\) is not /, because: "an editor leaves tags to the program" },
];

/** Files that an editor, which reads YAML 1.2 and no JSON inside text, reads otherwise than a review. */
const READ_OTHERWISE: Readonly<Record<string, string>> = {
  "account-like-exponent": "a number, where Go finds none so large",
  "json-text": "text, which a program reads as a group",
  "merge-quoted": "a merge key, where Go merges without quotes only",
  "only-comments": "nothing, which cannot be underlined",
  "yaml-version": "false, where Go reads the text no",
};

const corpus = readCorpus();
const alike = corpus.filter(({ name }) => !Object.hasOwn(READ_OTHERWISE, name));

const marksOf = async (text: string) =>
  openInEditor(SCHEMA + text.replace(/^\u{FEFF}/u, "")).marks();
const isUnseen = (line: string) =>
  line.startsWith("warning ") || UNSEEN.some(({ told }) => told.test(line));

test.each(alike.filter(({ expected }) => expected[0] === "deployable"))(
  "an editor marks nothing in $name, which can be deployed",
  async ({ text }) => {
    expect(await marksOf(text)).toEqual([]);
  },
);

test.each(
  alike.filter(
    ({ expected: [first], expected }) => first !== "deployable" && !expected.every(isUnseen),
  ),
)("an editor marks something in $name, which cannot be deployed", async ({ text }) => {
  expect(await marksOf(text)).not.toEqual([]);
});

test("what is listed as unseen or read otherwise is so", async () => {
  const others = corpus.filter(({ name }) => Object.hasOwn(READ_OTHERWISE, name));
  const agreeing = [];
  for (const { name, text, expected } of others) {
    const isMarked = (await marksOf(text)).length > 0;
    if (isMarked !== (expected[0] === "deployable")) agreeing.push(name);
  }
  const lines = corpus.flatMap(({ expected }) => expected);

  expect(others.map(({ name }) => name)).toEqual(Object.keys(READ_OTHERWISE));
  expect(agreeing).toEqual([]);
  expect(UNSEEN.filter(({ told }) => !lines.some((line) => told.test(line)))).toEqual([]);
});
