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

function calledBy(changes: Partial<View>): readonly string[] {
  return decide(view(changes)).calls.map(({ name }) => name);
}

test.each<[string, Partial<View>, readonly string[]]>([
  ["every tool that the prompt names", {}, ["wind", "tide"]],
  ["one where calls are not parallel", { isParallel: false }, ["wind"]],
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

test("a call has an id of its own in its conversation", () => {
  const first = decide(view());
  const later = [{ role: "assistant", text: "" } as const, { role: "user", text: "tide" } as const];
  const second = decide(view({ entries: [...view().entries, ...later] }));
  const ids = [...first.calls, ...second.calls].map(({ id }) => id);

  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
  expect(decide(view()).calls).toEqual(first.calls);
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
