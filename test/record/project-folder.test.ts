/** The stack file that a recording writes is the configuration that it hands over. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { readStackFile } from "../../policy/stack/stack-file.ts";
import { makeProjectFolder } from "../../record/project-folder.ts";

// A reader of YAML takes each for a new line, and refused the whole file with a stack trace.
test.each(["\u2028", "\u2029", "\u0085", "\r", "\u0007"])(
  "a value with the character %j is read back as it was",
  async (odd) => {
    const value = `a${odd}b`;

    const folder = await makeProjectFolder("dev", { "ai-gateway:gatewayId": value });
    onTestFinished(folder.remove);

    const text = readFileSync(join(folder.path, "Pulumi.dev.yaml"), "utf8");
    expect(readStackFile(text).values).toEqual({ gatewayId: value });
  },
);
