/** What the local model answers, in whichever form. */
import { expect, test } from "vitest";

import { decide } from "../../../local/gateway/local-model/decide.ts";
import type { View } from "../../../local/gateway/local-model/view.ts";

function view(changes: Partial<View> = {}): View {
  return {
    model: "m",
    entries: [{ role: "user", text: "Ask tide and wind" }],
    tools: ["wind", "tide", "moon"].map((name) => ({ name, schema: {}, isCustom: false })),
    choice: { mode: "auto" },
    isParallel: true,
    thinks: false,
    ...changes,
  };
}

const REQUIRED_TIDE: Partial<View> = {
  choice: { mode: "required" },
  entries: [{ role: "user", text: "tide" }],
};
const LATER: Partial<View> = {
  entries: [
    { role: "user", text: "moon" },
    { role: "user", text: "tide" },
    { role: "assistant", text: "wind" },
  ],
};
const ODD: Partial<View> = {
  entries: [{ role: "user", text: "Ask a.b( and axc" }],
  tools: ["a.b(", "a.c"].map((name) => ({ name, schema: {}, isCustom: false })),
};

function calledBy(changes: Partial<View>): readonly string[] {
  return decide(view(changes)).calls.map(({ name }) => name);
}

test.each<[string, Partial<View>, readonly string[]]>([
  ["every tool that the prompt names", {}, ["wind", "tide"]],
  ["one where calls are not parallel", { isParallel: false }, ["wind"]],
  ["a named one alone where any is required", REQUIRED_TIDE, ["tide"]],
  ["what the last message of the user names", LATER, ["tide"]],
  ["a tool whose name is no word, and none that resembles it", ODD, ["a.b("]],
  ["none where the choice is none", { choice: { mode: "none" } }, []],
  ["a named one that is required", { choice: { mode: "required", only: ["moon"] } }, ["moon"]],
  ["only allowed ones", { choice: { mode: "auto", only: ["tide", "moon"] } }, ["tide"]],
  ["none that is part of a word", { entries: [{ role: "user", text: "tides un-wind" }] }, []],
  [
    "the first one where any is required and none is named",
    { choice: { mode: "required" }, entries: [{ role: "user", text: "Hello" }] },
    ["wind"],
  ],
  [
    "none after a result, though one is required",
    {
      choice: { mode: "required" },
      entries: [
        { role: "user", text: "tide" },
        { role: "tool", text: "high" },
      ],
    },
    [],
  ],
])("the model calls %s", (_what, changes, names) => {
  expect(calledBy(changes)).toEqual(names);
});

test("arguments are the JSON after the name, or made from the schema", () => {
  const text = 'tide {"at":{"port":"Brest"}} and wind {';
  const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const tools = ["tide", "wind"].map((name) => ({ name, schema, isCustom: false }));

  const { calls } = decide(view({ entries: [{ role: "user", text }], tools }));

  expect(calls.map(({ input }) => input)).toEqual(['{"at":{"port":"Brest"}}', '{"a":1}']);
});

test.each<[string, unknown, boolean, string]>([
  ["tide", undefined, false, "{}"],
  ["tide 1 {", { const: 2 }, false, "2"],
  ["tide {} }", { const: 2 }, false, "{}"],
  ["Hello", { const: 2 }, false, "2"],
  ["Hello", undefined, true, "input of tide"],
  ["tide", undefined, true, "input of tide"],
  ["tide  is high ", undefined, true, "is high "],
])("a required call after %j, by the schema %j, custom %s, has the input %j", (text, ...row) => {
  const [schema, isCustom, input] = row;
  const tools = [{ name: "tide", schema, isCustom }];
  const choice = { mode: "required" } as const;

  const { calls } = decide(view({ entries: [{ role: "user", text }], tools, choice }));

  expect(calls).toEqual([{ id: expect.any(String), name: "tide", input, isCustom }]);
});

test("a call has an id of its own in its conversation", () => {
  const first = decide(view());
  const later = [{ role: "assistant", text: "" } as const, { role: "user", text: "tide" } as const];
  const second = decide(view({ entries: [...view().entries, ...later] }));
  const ids = [...first.calls, ...second.calls].map(({ id }) => id);

  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
  expect(decide(view()).calls).toEqual(first.calls);
  expect(first.id).toMatch(/^[0-9a-f]{24}$/);
});

test("all results at the end are quoted, and none before them", () => {
  const { text } = decide(
    view({
      entries: [
        { role: "tool", text: "old" },
        { role: "user", text: "tide" },
        { role: "tool", text: "high" },
        { role: "tool", text: "low" },
      ],
    }),
  );

  expect(text).toBe("This is the local model, standing in for m. The tools answered: high; low");
});

test("what was thought counts as output", () => {
  const { thought, usage } = decide(view({ tools: [], thinks: true }));

  expect(thought).toBe("The user's message has 17 characters.");
  expect(usage).toEqual({ input: 5, output: 28, reasoning: 10, total: 33 });
});

test("what calls are given counts as output, and no text stands beside them", () => {
  const { text, usage } = decide(view());

  expect(text).toBe("");
  expect(usage).toEqual({ input: 5, output: 2, reasoning: 0, total: 7 });
});

test("without a message of the user nothing is repeated", () => {
  const { text } = decide(view({ entries: [{ role: "system", text: "Be kind." }] }));

  expect(text).toBe("This is the local model, standing in for m. You said: ");
});
