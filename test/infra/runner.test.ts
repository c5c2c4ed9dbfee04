import { expect, test } from "vitest";

import { runProgram } from "../support/pulumi-engine.ts";
import { stackConfig } from "../support/settings.ts";

test("Pulumi's own runner loads the program, and gets its resources and outputs without a word", async () => {
  const run = await runProgram("dev", stackConfig("dev"));

  expect(run).toEqual({
    exitCode: 0,
    log: [],
    resources: [
      "ai-gateway:index:ChatWorker chat",
      "ai-gateway:index:Gateway gateway",
      "cloudflare:index/aiGateway:AiGateway gateway",
      "cloudflare:index/workersScript:WorkersScript chat",
      "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain chat",
      "pulumi:pulumi:Stack ai-gateway-dev",
    ],
    outputs: {
      gatewayId: "app-dev",
      openaiBaseUrl:
        "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/app-dev/openai",
      policyFingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    },
  });
});

test("bad settings reach the CLI as one error, without a stack trace", async () => {
  const run = await runProgram("dev", stackConfig("dev", { tier: "staging" }));

  expect(run.exitCode).not.toBe(0);
  expect(run.log).toEqual([
    'error: stack dev has 1 problem:\n  ai-gateway:tier is "staging"; allowed is development or production',
  ]);
});

test("a Node that is too old is named at once, with what to do", async () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  const run = await runProgram("dev", stackConfig("dev"), [
    `--import=data:text/javascript,${pretend}`,
  ]);

  expect(run.exitCode).not.toBe(0);
  expect(run.log).toEqual([
    "error: Node 20.20.2 is too old: this program needs 22.18 or newer. " +
      "Run Pulumi as `npm run pulumi -- up`, which uses the Node that `npm ci` installed",
  ]);
});
