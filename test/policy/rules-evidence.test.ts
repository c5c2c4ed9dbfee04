/** The rules about what an account has shown. */
import { expect, test } from "vitest";

import type { Evidence } from "../../policy/evidence/evidence.ts";
import { check } from "../../policy/rules/rules.ts";
import type { Stack } from "../../policy/stack/stack.ts";
import { LEGACY, TODAY, worker } from "../support/rules.ts";
import { stackWith } from "../support/settings.ts";

const DAILY = { id: "daily", limitUsd: 5, windowSeconds: 86_400 };

// Nobody has read evidence in a deploy: there the rule is silent, and a waiver of it is not unused.
test("production without bodies is warned about until an account has shown the switch to work", () => {
  const RUN: Evidence = {
    file: "docs/evidence/probe.json",
    asked: { api: "https://api.cloudflare.com", sdk: "cloudflare 7.3.0", logSystem: "legacy" },
    answers: [],
  };
  const answer = {
    question: "payload-header",
    at: "2026-11-21T10:00:00Z",
    seen: "no body",
  } as const;
  const PROD = stackWith("prod", { plan: "paid" });
  const found = (stack: Stack, evidence?: readonly Evidence[]) =>
    check(stack, { others: [], today: TODAY, ...(evidence && { evidence }) }).map(
      ({ rule, message }) => `${rule.id}: ${message}`,
    );
  const kept = { ...RUN, answers: [{ ...answer, verdict: "kept" as const }] };
  const failed = { ...RUN, answers: [{ ...answer, verdict: "broken" as const }] };
  const elsewhere = { ...kept, asked: { ...kept.asked, logSystem: "observability" as const } };
  const unproved =
    "bodies-off-unproved: is metadata, which no evidence of an account shows to work";
  const rule = "bodies-off-unproved";
  const waived = stackWith("prod", {
    plan: "paid",
    waivers: [{ rule, reason: "the probe comes next week", until: TODAY }],
  });

  expect(found(PROD, [])).toEqual([unproved]);
  expect(found(PROD, [elsewhere])).toEqual([unproved]);
  expect(found(PROD, [kept])).toEqual([]);
  expect(found(PROD, [failed])).toEqual([
    "bodies-off-unproved: is metadata, which was seen to fail on 2026-11-21 (docs/evidence/probe.json)",
  ]);
  expect(found(stackWith("dev", { logs: LEGACY }), [])).toEqual([]);
  expect(found(PROD)).toEqual([]);
  expect(found(waived)).toEqual([]);
  expect(found(waived, [])).toEqual([]);
});

const GPT = { id: "openai/gpt-5" };

test("a stream that passes unread is warned about until its model was seen to be clean", () => {
  const seen = (verdict: "kept" | "broken" | "unknown", at: string): Evidence => ({
    file: `docs/evidence/${at}.json`,
    asked: { api: "https://api.cloudflare.com", sdk: "cloudflare 7.3.0", logSystem: "legacy" },
    answers: [
      {
        question: "stream-format",
        at: `${at}T10:00:00Z`,
        verdict,
        seen: "one stream",
        models: [{ id: "openai/gpt-5", speaks: "chat", verdict }],
      },
    ],
  });
  const stack = (model: object) =>
    stackWith("dev", {
      logSystem: "observability",
      logs: { collect: "full" },
      worker: worker({ models: [{ ...model, stream: "native" }] }),
      spendLimits: [DAILY],
    });
  const found = (evidence: readonly Evidence[] | undefined, model: object = GPT) =>
    check(stack(model), { others: [], today: TODAY, ...(evidence && { evidence }) }).map(
      ({ rule, path, message }) => `${rule.id}: ${path} ${message}`,
    );
  const clean = seen("kept", "2026-11-21");
  const local = { ...clean, asked: { ...clean.asked, api: "http://127.0.0.1:1" } };
  const unproved = (id: string) =>
    `native-stream-unproved: worker.models[0].stream is native for ${id}, and no evidence shows its streams to be clean`;

  expect(found([])).toEqual([unproved("openai/gpt-5")]);
  expect(found([local])).toEqual([unproved("openai/gpt-5")]);
  expect(found([seen("kept", "2026-11-21")])).toEqual([]);
  expect(found([clean], { id: "openai/gpt-4o" })).toEqual([unproved("openai/gpt-4o")]);
  // The verdict was about another format.
  expect(found([clean], { ...GPT, speaks: "responses" })).toContain(unproved(GPT.id));
  expect(found([seen("broken", "2026-11-21"), seen("kept", "2026-11-20")])).toEqual([
    "native-stream-unproved: worker.models[0].stream is native for openai/gpt-5, and its stream was seen not to be clean on 2026-11-21 (docs/evidence/2026-11-21.json)",
  ]);
  expect(found([seen("kept", "2026-11-20"), seen("unknown", "2026-11-21")])).toEqual([]);
  expect(found(undefined)).toEqual([]);
});
