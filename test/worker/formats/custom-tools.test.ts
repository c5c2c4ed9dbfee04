import { expect, test } from "vitest";

import { asFunctions } from "../../../worker/chat/formats/custom-tools.ts";

test("a model without custom tools is told of the grammar of one", () => {
  const grammar = { syntax: "lark", definition: "start: /.+/" };
  const tools = [
    { kind: "custom", name: "patch", description: "Patches.", grammar },
    { kind: "custom", name: "say" },
  ] as const;

  expect(asFunctions({ messages: [], tools }).tools).toMatchObject([
    {
      kind: "function",
      name: "patch",
      description: "Patches.\n\nIts input follows this lark grammar:\nstart: /.+/",
    },
    { kind: "function", name: "say", description: undefined },
  ]);
});
