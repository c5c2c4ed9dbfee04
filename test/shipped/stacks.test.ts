/** This project's own stack files, pages and workflows. No test outside this folder reads them: they are anybody's to change. */
import { expect, test } from "vitest";

import { ROOT } from "../support/settings.ts";
import { CHECKS } from "../support/shipped.ts";

test.each(CHECKS)("%s", async (_, check) => {
  expect(await check(ROOT)).toEqual([]);
});
