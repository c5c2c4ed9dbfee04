/** What the program declares for callers with models and limits of their own, as the Worker reads it. */
import { createHmac } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";

import type { Recording } from "../../record/record.ts";
import { checkEnv } from "../../worker/chat/env.ts";
import { hideName } from "../../worker/chat/gate/access.ts";
import { recordProgram } from "../support/record-program.ts";
import { stackValues } from "../support/settings.ts";

vi.mock("../../infra/bundle.ts", () => ({
  bundleWorker: async (name: string) => ({
    file: `dist/${name}.js`,
    sha256: "abcdef0123456789".repeat(4),
  }),
}));
beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

const BINDINGS = z.array(z.looseObject({ name: z.string(), text: z.string().optional() }));
const KEY = "c3".repeat(32);
const MODELS = ["@cf/a/b", { id: "@cf/c/d", name: "gpt-5" }];
const CALLERS = [
  {
    name: "web",
    sha256: "a".repeat(64),
    models: ["gpt-5"],
    limit: { requests: 5, periodSeconds: 10 },
    limitUsd: { usd: 2, windowSeconds: 3600 },
  },
  { name: "job", sha256: "b".repeat(64), limit: { requests: 5, periodSeconds: 60 } },
];

function record(changes: Record<string, unknown> = {}): Promise<Recording> {
  const callerLimit = { requests: 5, periodSeconds: 10 };
  const worker = { name: "talk", models: MODELS, callerLimit, allow: ["web_search"] };
  return recordProgram(stackValues("dev", { worker, callers: CALLERS, ...changes }));
}

function bindingsOf({ resources }: Recording) {
  const script = resources.find(({ type }) => type.endsWith(":WorkersScript"));
  return BINDINGS.parse(script?.inputs["bindings"]);
}

test("the Worker finds the models and limits of its callers in what is bound", async () => {
  const bound = bindingsOf(await record()).map(({ name, text }) => [name, text ?? {}] as const);

  expect(checkEnv(Object.fromEntries(bound))).toMatchObject({
    MODELS: [
      { id: "@cf/a/b", speaks: "workers-ai" },
      { id: "@cf/c/d", speaks: "workers-ai", name: "gpt-5" },
    ],
    ALLOW: ["web_search"],
    CALLERS: [
      { name: "web", models: ["@cf/c/d"], limit: "CALLER_LIMIT_5_PER_10S" },
      { name: "job", limit: "CALLER_LIMIT_5_PER_60S" },
    ],
    CALLER_PERIOD_SECONDS: 10,
    CALLER_LIMIT_5_PER_10S: {},
    CALLER_LIMIT_5_PER_60S: {},
  });
});

test("no two limits of a stack share their counts", async () => {
  const limits = bindingsOf(await record()).filter(({ type }) => type === "ratelimit");

  expect(limits.map(({ name }) => name)).toEqual([
    "CALLER_LIMIT",
    "CALLER_LIMIT_5_PER_10S",
    "CALLER_LIMIT_5_PER_60S",
  ]);
  expect(new Set(limits.map(({ namespaceId }) => namespaceId)).size).toBe(3);
});

test("the gateway's limit of money is for the caller as the Worker names it in logs", async () => {
  const limited = async (changes: Record<string, unknown>) => {
    const { resources } = await record(changes);
    const gateway = resources.find(({ type }) => type.endsWith(":AiGateway"));
    return gateway?.inputs["spendLimits"];
  };
  const rule = (name: string) => ({
    id: `caller-${name}`,
    limit: 2,
    window: 3600,
    metadata: { caller: { mode: "filter", values: [name] } },
  });

  expect(await limited({})).toMatchObject({ rules: [rule("web")] });
  const hidden = await hideName("web", KEY);
  expect(await limited({ anonymousCallers: { key: KEY } })).toMatchObject({
    rules: [rule(hidden)],
  });
  expect(hidden).toBe(createHmac("sha256", KEY).update("web").digest("hex").slice(0, 24));
});
