import { expect, test } from "vitest";

import { RULES } from "../../policy/rules/rules.ts";
import { readCorpus, reviewFile } from "../support/corpus.ts";

const corpus = readCorpus();
const lines = corpus.flatMap(({ expected }) => expected);

test.each(corpus)("a review of $name finds what the file says", async (file) => {
  expect(await reviewFile(file)).toEqual(file.expected);
});

test("the corpus has at least 60 files, and each says what is expected of it", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(60);
  expect(corpus.filter(({ expected }) => expected.length === 0)).toEqual([]);
});

// In the order of the code that says them: problems.ts, parse-settings.ts, stack.ts, stack-file.ts.
test.each([
  "is not a name that can stand here; allowed is ",
  " is missing; set it to ",
  " is empty; set it to ",
  ", or set CLOUDFLARE_ACCOUNT_ID in the environment",
  " has a value that is not allowed; allowed is ",
  "; allowed is a whole number from ",
  "; allowed is true or false",
  "; allowed is a list of ",
  "; allowed is a group of ",
  " is a list of ",
  " is a group of settings; ",
  "… (302 characters); ",
  "; write it without quotes",
  "; write it in quotes",
  "; this is a private key, ",
  " has no effect with logSystem observability; ",
  " is not a setting; did you mean ",
  " is not a setting; known are ",
  " is in the list twice; remove one",
  " is encrypted, so that no reviewer can read it; ",
  " is a secret and stands in the file in clear; ",
  " is a number without quotes, and the setting is text; quote it",
  " without quotes, which readers of YAML understand differently; quote it if it is text, or write ",
  "the file is not YAML: ",
  "it has a second document, ",
  "it has no group of settings under config",
  " under config has no namespace; ",
  " has the character U+",
  ", which Pulumi refuses; allowed is ",
])("some file of the corpus gets: %s", (words) => {
  expect(lines.filter((line) => line.includes(words))).not.toEqual([]);
});

test("every rule about a single stack is broken by some file of the corpus", () => {
  const elsewhere = [
    "shared-gateway",
    "shared-worker",
    "shared-bucket",
    "account-facts-differ",
    "too-many-gateways",
    "too-many-retention-workers",
    "too-many-logpush-jobs",
    "gateway-replaced",
  ];
  const broken = new Set(lines.map((line) => /\[([a-z-]+)\]$/.exec(line)?.[1]));

  expect(RULES.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual(elsewhere);
});
