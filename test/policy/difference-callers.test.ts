/** What a change means for callers: what ends, and whose token is let in. */
import { expect, test } from "vitest";

import { compareStacks } from "../../policy/difference/difference.ts";
import { parseStackFile } from "../../policy/stack/stack.ts";
import { stackText, stackWith } from "../support/settings.ts";
import { worker, changes, describe, KEY_A } from "../support/difference.ts";

const HASH = "ab".repeat(32);
const WEB = { name: "web", sha256: HASH };
const TWO = ["@cf/a/b", { id: "@cf/c/d", name: "big" }];

// Each is read backwards too, and then breaks nobody unless a second text says whom.
test.each<[string, Record<string, unknown>, Record<string, unknown>, string?]>([
  [
    "the Worker's workers.dev address answers no more",
    { worker: worker({ workersDev: true }) },
    { worker: worker({ workersDev: true, name: "v" }) },
    "the Worker's workers.dev address answers no more",
  ],
  [
    "the Worker's workers.dev address answers no more",
    { worker: worker({ workersDev: true }) },
    { worker: worker({ workersDev: false }) },
  ],
  [
    "https://a.example.com answers no more",
    { worker: worker({ domain: "a.example.com" }) },
    { worker: worker({ domain: "b.example.com" }) },
    "https://b.example.com answers no more",
  ],
  [
    "https://a.example.com answers no more",
    { worker: worker({ domain: "a.example.com" }) },
    { worker: worker({}) },
  ],
  [
    "requests for @cf/c/d get 404",
    { worker: worker({ models: ["@cf/a/b", "@cf/c/d"] }) },
    { worker: worker({}) },
  ],
  [
    "requests for that name big get 404",
    { worker: worker({ models: TWO }) },
    { worker: worker({ models: ["@cf/a/b", "@cf/c/d"] }) },
  ],
  [
    "requests without a caller's token get 401",
    { worker: worker({ access: "open" }) },
    { worker: worker({}) },
  ],
  [
    "requests that use it are refused",
    { worker: worker({ allow: ["store"] }) },
    { worker: worker({}) },
  ],
  [
    "for callers who speak that model's format, its streams have no error event where they break off, no comments while it is silent, no limit of silence and no repair; ids, model and errors are the provider's",
    { worker: worker({ models: ["openai/gpt-5"] }) },
    { worker: worker({ models: [{ id: "openai/gpt-5", stream: "native" }] }) },
  ],
  ["requests with that token get 401", { callers: [WEB] }, { callers: [] }],
  [
    "requests with that token get 401 after 2027-01-31",
    { callers: [WEB] },
    { callers: [{ ...WEB, until: "2027-01-31" }] },
  ],
  [
    "requests with that token get 401 after 2027-01-31",
    { callers: [{ ...WEB, until: "2027-02-28" }] },
    { callers: [{ ...WEB, until: "2027-01-31" }] },
  ],
  [
    "that caller's requests for @cf/a/b get 404",
    { worker: worker({ models: TWO }), callers: [WEB] },
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["big"] }] },
  ],
  [
    "that caller's requests for @cf/c/d get 404",
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["@cf/a/b", "big"] }] },
    { worker: worker({ models: TWO }), callers: [{ ...WEB, models: ["@cf/a/b"] }] },
  ],
])("%s: a change that breaks callers says what ends", (ends, from, to, undone) => {
  const found = (before: typeof from, after: typeof to) =>
    compareStacks(stackWith("prod", before), stackWith("prod", after)).flatMap(
      (change) => change.ends ?? [],
    );

  expect(found(from, to)).toEqual([ends]);
  expect(found(to, from)).toEqual(undone === undefined ? [] : [undone]);
});

test("what breaks nobody has no mark: a first address, another spelling of a model, a later day", () => {
  const big = (...models: string[]) => ({
    worker: worker({ models: TWO }),
    callers: [{ ...WEB, models }],
  });
  const ends = (from: Record<string, unknown>, to: Record<string, unknown>) =>
    compareStacks(stackWith("prod", from), stackWith("prod", to)).filter((change) => change.ends);

  expect(ends(big("big"), big("@cf/c/d"))).toEqual([]);
  expect(ends({ worker: worker({}) }, { worker: worker({ name: "v" }) })).toEqual([]);
});

const KEY_B = { name: "web", sha256: "b".repeat(64) };

// Two tokens under one name were one leaf, and the second was let in unseen.
test("each token of a caller is one that is let in, and is named by its hash", () => {
  expect(changes({ callers: [KEY_A] }, { callers: [KEY_A, KEY_B] })).toEqual([
    "less private: callers.web (token bbbbbbbb) absent → present",
  ]);
  expect(changes({ callers: [KEY_A, KEY_B] }, { callers: [KEY_B] })).toEqual([
    "more private: callers.web (token aaaaaaaa) present → absent",
  ]);
});

test("an encrypted token cannot be seen: that one comes, goes or has another cipher is reported", () => {
  const from = ["v1:n:aaaaaaaaAAAAAAAA"];

  expect(changesOfFiles(from, [...from, "v1:n:bbbbbbbbBBBBBBBB"])).toEqual([
    "less private: callers.web (encrypted token 2) absent → present",
  ]);
  expect(changesOfFiles(from, ["v1:n:bbbbbbbbBBBBBBBB"])).toEqual([
    "less private: callers.web (encrypted token).key encrypted, …AAAAAAAA → encrypted, …BBBBBBBB",
  ]);
  expect(changesOfFiles(from, from)).toEqual([]);
});

/** The changes between two files whose caller web has these encrypted tokens. */
function changesOfFiles(...ciphers: readonly (readonly string[])[]): readonly string[] {
  const [from, to] = ciphers.map((list) => {
    const callers = list.map((secure) => ({ name: "web", sha256: { secure } }));
    const line = `  ai-gateway:callers: ${JSON.stringify(callers)}\n`;
    const read = parseStackFile("prod", stackText("prod") + line);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.stack;
  });
  return from && to ? compareStacks(from, to).map(describe) : [];
}
