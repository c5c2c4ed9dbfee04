import { expect, test } from "vitest";

import { ROOT } from "../support/settings.ts";
import { findUndeclared } from "../support/shipped-program.ts";

test("the program declares the gateway and the Worker of every shipped stack", async () => {
  expect(await findUndeclared(ROOT)).toEqual([]);
});
