import { expect, expectTypeOf, test } from "vitest";

import { REACH_NAMES, type ReachName } from "../../policy/settings/reaches.ts";
import type { Wire } from "../../policy/settings/wires.ts";
import { REACHES, type Model, type Reach } from "../../worker/chat/env.ts";

test("what a stack file may say of models and requests is what the Worker knows", () => {
  expectTypeOf<Wire>().toEqualTypeOf<Model["speaks"]>();
  expectTypeOf<ReachName>().toEqualTypeOf<Reach>();
  expect(REACH_NAMES).toEqual([...REACHES]);
});
