/** What others wrote is printed by `npm start` so that no terminal obeys it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, expect, onTestFinished, test, vi } from "vitest";

import { openDoor } from "../../local/door.ts";
import { print, printError, printFault } from "../../local/print.ts";
import { startRuntime } from "../../local/runtime.ts";
import { printableJson } from "../../policy/harmless.ts";
import { openGateway } from "../support/gateway.ts";
import { HOSTILE } from "../support/hostile-api.ts";
import { copyProject, start } from "../support/project.ts";
import { stackText } from "../support/settings.ts";

afterEach(() => vi.unstubAllEnvs());

const OBEYED = /[^\n\P{Cc}]|[\p{Cf}\p{Cs}\u2028\u2029]/u;

test.each(["", "true"])("each stream is printed so, in GitHub Actions (%j) too", (isActions) => {
  vi.stubEnv("GITHUB_ACTIONS", isActions);
  const printed = spy();
  print(HOSTILE);
  printError(HOSTILE);
  printFault(new Error(HOSTILE, { cause: { [HOSTILE]: HOSTILE } }), HOSTILE);

  expect(printed()).toContain("everybody");
  expect(printed()).not.toMatch(OBEYED);
  expect(isActions === "" || !/^\s*::|##\[/m.test(printed())).toBe(true);
});

test("what a Worker logs is printed so", async () => {
  const printed = spy();
  const text = printableJson(HOSTILE);
  const contents = `export default { async fetch() {
    console.log(${text}); console.error(${text}); return new Response();
  } }`;
  const parts = openGateway();
  const door = await openDoor({ ...parts, key: "k", host: "127.0.0.1", port: 0 });
  const runtime = await startRuntime(
    {
      scriptName: "talker",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: [],
      mainModule: "main.js",
      bindings: [],
      modules: [{ name: "main.js", type: "esm", contents }],
    },
    { ...parts, door: door.url, binding: door.binding },
    { host: "127.0.0.1", port: 0 },
  );
  onTestFinished(async () => {
    await runtime.stop();
    await door.close();
  });
  await fetch(runtime.url);

  await expect.poll(() => printed().match(/everybody/g)?.length).toBeGreaterThan(1);
  expect(printed()).not.toMatch(OBEYED);
});

test("what is wrong with a stack file is printed so, and what its program warns of", async () => {
  const project = await copyProject();
  onTestFinished(() => project.remove());
  // Without what no stack file may have: characters behind which Pulumi reads a new line.
  const quoted = printableJson(HOSTILE.replaceAll(/[\r\u2028\u0085]/g, ""));
  const waiver = `{ rule: no-callers, reason: ${quoted}, until: 2999-03-01 }`;
  const text = stackText("dev");
  const files = {
    wrong: `${text.replace("shop-dev", quoted)}  ${quoted}: ${quoted}\n`,
    warned: `${text}  ai-gateway:waivers: [${waiver}]\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(project.folder, `Pulumi.${name}.yaml`), content);
    const process = start(project, "local/start.js", ["--stack", name]);
    await Promise.race([process.exited, process.waitFor(/Ctrl-C/)]);
    await process.stop("SIGTERM");
    expect(process.output()).toContain(name);
    expect(process.output()).not.toMatch(OBEYED);
  }
});

function spy(): () => string {
  const streams = (["log", "error"] as const).map((name) =>
    vi.spyOn(console, name).mockReturnValue(),
  );
  onTestFinished(() => streams.forEach((each) => each.mockRestore()));
  return () => streams.flatMap(({ mock }) => mock.calls.flat()).join("\n");
}
