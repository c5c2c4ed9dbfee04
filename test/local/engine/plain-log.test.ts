import * as pulumi from "@pulumi/pulumi";
import { expect, onTestFinished, test, vi } from "vitest";

import { printLogPlainly } from "../../../local/engine/plain-log.ts";

test("what a program logs is printed without the SDK's mark, and anything else as it is", async () => {
  const levels = (["log", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockReturnValue(),
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const { log, warn, error } = console;
  onTestFinished(() => void Object.assign(console, { log, warn, error }));

  printLogPlainly();
  await pulumi.log.info("as declared");
  await pulumi.log.warn("plan is unknown");
  console.error("the mark is [runtime] ", 1);

  expect(levels.flatMap((level) => level.mock.calls)).toEqual([
    ["info: as declared"],
    ["warning: plan is unknown"],
    ["the mark is [runtime] ", 1],
  ]);
});
