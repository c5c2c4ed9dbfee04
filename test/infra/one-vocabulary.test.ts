import { expect, expectTypeOf, test } from "vitest";

import { columnNames } from "../../policy/gateway/metrics.ts";
import { REACH_NAMES, type ReachName } from "../../policy/settings/reaches.ts";
import type { FormatName } from "../../policy/settings/formats.ts";
import { BLOBS, DOUBLES, REACHES, type Model, type Reach } from "../../worker/chat/env.ts";

test("what a stack file may say of models and requests is what the Worker knows", () => {
  expectTypeOf<FormatName>().toEqualTypeOf<Model["speaks"]>();
  expectTypeOf<ReachName>().toEqualTypeOf<Reach>();
  expect(columnNames()).toEqual({ blobs: [...BLOBS], doubles: [...DOUBLES] });
  expect(REACH_NAMES).toEqual([...REACHES]);
});
