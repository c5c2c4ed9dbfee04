/** What a probe saw, from its committed file to the statement. */
import { expect, test } from "vitest";

import { formatEvidence, parseEvidence, type EvidenceRun } from "../../policy/evidence/evidence.ts";
import { toPage, toText } from "../../policy/statement/page.ts";
import type { Fact } from "../../policy/statement/fact.ts";
import { stateStack } from "../../policy/statement/statement.ts";
import { stackWith } from "../support/settings.ts";

const ASKED = {
  api: "https://api.cloudflare.com",
  gateways: "https://gateway.ai.cloudflare.com",
  logSystem: "legacy",
  sdk: "cloudflare 7.3.0",
} as const;

const CLEARED = {
  question: "switched-off",
  at: "2026-11-23T09:30:00.000Z",
  verdict: "kept",
  seen: "an update that switches them off leaves none of otel",
} as const;

/** One run of a probe with one answer. */
function run(
  answer: Partial<EvidenceRun["answers"][number]> = {},
  asked: Partial<EvidenceRun["asked"]> = {},
): EvidenceRun {
  return { asked: { ...ASKED, ...asked }, answers: [{ ...CLEARED, ...answer }] };
}

/** What production states when these runs lie in the folder, each under the name of its day. */
async function stateWith(...runs: readonly EvidenceRun[]) {
  const files = runs.map((one, index) => [`probe-${index}.json`, formatEvidence(one)] as const);
  const read = parseEvidence(new Map(files));
  if (!read.ok) throw new Error(read.problems.join("\n"));
  return stateStack(stackWith("prod"), read.evidence);
}

function copies({ facts }: { readonly facts: readonly Fact[] }): Fact | undefined {
  return facts.find(({ id }) => id === "copies");
}

test("a point that an account kept is cited with its day, its file and what it leaves open", async () => {
  const statement = await stateWith(run());

  expect(toPage("prod", statement)).toContain(
    "| Do copies leave? | none is declared (seen in part on 2026-11-23: 10) |",
  );
  expect(toPage("prod", statement)).toContain(
    [
      "Seen on an account:",
      "",
      "- point 10: that an exporter taken out of the stack file, or added by hand, is gone after a deploy; seen in part on 2026-11-23: an update that switches them off leaves none of otel (probe-0.json); not proved: that a deploy finds what was added by hand",
      "",
      "Not proved without an account (npm run probe asks 1, 2, 16, 18):",
    ].join("\n"),
  );
  expect(copies(statement)).not.toHaveProperty("notProved");
});

test("a promise that an account broke is told before the answer, and is no proof", async () => {
  const broken = run({
    question: "payload-header",
    verdict: "broken",
    seen: "1 of 1 logs has a body",
  });
  const statement = await stateWith(broken);

  expect(toPage("prod", statement)).toContain(
    "| Are prompts and answers stored in logs? | (SEEN TO FAIL on 2026-11-23: 1) no: the Worker says so on every call |",
  );
  const list =
    "point 1: that Cloudflare heeds the Worker's switch on a call of the AI binding; SEEN TO FAIL on 2026-11-23: 1 of 1 logs has a body (probe-0.json)";
  expect(toPage("prod", statement)).toContain(`SEEN TO FAIL on an account:\n\n- ${list}\n`);
  expect(toText(statement)).toContain(`  SEEN TO FAIL on an account:\n    ${list}\n`);
});

test("without evidence a statement says which points npm run probe asks", async () => {
  const page = toPage("prod", await stateWith());

  expect(page).toContain("Not proved without an account (npm run probe asks 1, 2, 10, 16, 18):");
  expect(page).not.toContain("seen");
});

test("of several answers the newest counts, whatever its file is called", async () => {
  const kept = run({ at: "2026-11-24T00:00:00Z" });
  const broken = run({ at: "2026-11-25T00:00:00Z", verdict: "broken", seen: "otel is left" });

  const newestIsBroken = copies(await stateWith(broken, kept));
  const newestIsKept = copies(await stateWith(broken, run({ at: "2026-11-26T00:00:00Z" })));

  expect(newestIsBroken?.seen).toMatchObject([{ verdict: "broken", date: "2026-11-25" }]);
  expect(newestIsKept?.seen).toMatchObject([{ verdict: "kept", date: "2026-11-26" }]);
});

test.each([
  ["the embedded account", { api: "http://127.0.0.1:8788" }],
  ["gateways that are not Cloudflare's", { gateways: "http://127.0.0.1:8788" }],
  ["an account on the other log system", { logSystem: "observability" as const }],
])("what %s answered is not cited, be it kept or broken", async (_, asked) => {
  const kept = copies(await stateWith(run({}, asked)));
  const broken = copies(await stateWith(run({ verdict: "broken" }, asked)));

  expect([kept, broken]).toMatchObject([
    { notProved: [{ point: 10 }] },
    { notProved: [{ point: 10 }] },
  ]);
  expect([kept?.seen, broken?.seen]).toEqual([undefined, undefined]);
});

test("a question without an answer proves nothing, and hides no older answer", async () => {
  const unanswered = run({ at: "2026-11-30T00:00:00Z", verdict: "unknown", seen: "not answered" });

  expect(copies(await stateWith(unanswered))?.seen).toBeUndefined();
  expect(copies(await stateWith(run(), unanswered))?.seen).toMatchObject([{ date: "2026-11-23" }]);
});

test("of two questions about a point the one that leaves nothing open is cited, unless one was seen to fail", async () => {
  const day = (number: number) => `2026-11-2${number}T00:00:00Z`;
  const bodies = async (...runs: readonly EvidenceRun[]) =>
    (await stateWith(...runs)).facts.find(({ id }) => id === "bodies")?.seen;
  const whole = run({ question: "binding-payload", at: day(3), seen: "of 2 calls 0" });
  const part = run({ question: "payload-header", at: day(4), seen: "0 parts" });
  const failed = run({
    question: "payload-header",
    at: day(2),
    verdict: "broken",
    seen: "2 parts",
  });

  expect(await bodies(whole, part)).toEqual([
    expect.not.objectContaining({ leaves: expect.anything() }),
  ]);
  expect(await bodies(part)).toMatchObject([{ leaves: expect.stringContaining("AI binding") }]);
  expect(await bodies(failed, whole)).toMatchObject([{ verdict: "broken", seen: "2 parts" }]);
  expect(await bodies(failed, part, whole)).toMatchObject([
    { verdict: "kept", seen: "of 2 calls 0" },
  ]);
});

test("evidence leaves the fingerprint as it is: a deploy reads none", async () => {
  const { fingerprint } = await stateStack(stackWith("prod"));

  expect((await stateWith(run())).fingerprint).toBe(fingerprint);
  expect((await stateWith(run({ verdict: "broken" }))).fingerprint).toBe(fingerprint);
});

test("what was seen cannot become markup of a page", async () => {
  const page = toPage("prod", await stateWith(run({ seen: "<b>x</b> | [y](z)" })));

  expect(page).toContain(String.raw`\<b\>x\</b\> \| \[y\](z) (probe-0.json)`);
});

test("every problem of every file is told at once, with the file's name", () => {
  const wrong = {
    asked: { api: "cloudflare", gateways: "a".repeat(32), sdk: "cloudflare 7.3.0", account: 1 },
    answers: [{ question: "constructor", at: "yesterday", verdict: "good", seen: "ok" }],
  };
  const files = { "a.json": "", "b.json": "{}", "c.json": JSON.stringify(wrong) };

  expect(parseEvidence(new Map(Object.entries(files)))).toEqual({
    ok: false,
    problems: [
      "a.json: the file is no JSON; run npm run probe again, or restore it",
      "b.json: asked is missing; set it to a group of api, gateways, logSystem, sdk, model",
      "b.json: answers is missing; set it to a list",
      'c.json: asked.api is "cloudflare"; allowed is an address such as https://api.cloudflare.com, and nothing after it',
      "c.json: asked.gateways is a value of 34 characters; allowed is an address such as https://api.cloudflare.com, and nothing after it",
      "c.json: asked.logSystem is missing; set it to one of legacy, observability",
      "c.json: asked has account, which is not known; remove it, or update this project",
      'c.json: answers[0].question is "constructor"; allowed is one of payload-header, log-header, binding-payload, binding-log, put-only-fields, create-fields, spend-units, switched-off, model-format, stream-format, gateway-deleted, logpush-fields, logpush-filter, analytics-unlogged, delete-by-age',
      'c.json: answers[0].at is "yesterday"; allowed is a moment such as 2026-11-23T09:30:00Z',
      'c.json: answers[0].verdict is "good"; allowed is one of kept, broken, unknown',
    ],
  });
});

test("a verdict on a model is about the format in which it was asked", () => {
  const parse = (...models: readonly unknown[]) => {
    const answers = [{ ...CLEARED, question: "stream-format", models }];
    return parseEvidence(new Map([["a.json", JSON.stringify({ ...run(), answers })]]));
  };
  const model = { id: "openai/gpt-5", speaks: "chat", verdict: "kept" };

  expect(parse(model)).toMatchObject({ ok: true, evidence: [{ answers: [{ models: [model] }] }] });
  expect(parse({ ...model, speaks: undefined }, { ...model, speaks: "soap" })).toMatchObject({
    problems: [
      "a.json: answers[0].models[0].speaks is missing; set it to one of workers-ai, chat, responses, messages",
      'a.json: answers[0].models[1].speaks is "soap"; allowed is one of workers-ai, chat, responses, messages',
    ],
  });
});

test("what is written in the place of a text, a group or a list is told by its kind", () => {
  const { asked } = run();
  const answers = [{ ...CLEARED, seen: ["x"], at: {} }];
  const files = {
    "a.json": "[]",
    "b.json": "null",
    "c.json": JSON.stringify({ asked: { ...asked, account: 1, token: 2 }, answers }),
    "d.json": JSON.stringify({ asked: { ...asked, api: "not https://x.com" }, answers: {} }),
  };

  expect(parseEvidence(new Map(Object.entries(files)))).toMatchObject({
    problems: [
      "a.json: the file is a list; allowed is a group of asked, answers",
      "b.json: the file is null; allowed is a group of asked, answers",
      "c.json: asked has account, token, which is not known; remove it, or update this project",
      "c.json: answers[0].at is a group; allowed is a moment such as 2026-11-23T09:30:00Z",
      "c.json: answers[0].seen is a list; allowed is text",
      'd.json: asked.api is "not https://x.com"; allowed is an address such as https://api.cloudflare.com, and nothing after it',
      "d.json: answers is a group; allowed is a list",
    ],
  });
});

test.each([
  ["a path", "https://gateway.ai.cloudflare.com/v1/x"],
  ["a user", "https://user:word@gateway.ai.cloudflare.com"],
  ["a query", "https://gateway.ai.cloudflare.com?key=x"],
  ["another protocol", "ftp://gateway.ai.cloudflare.com"],
])("%s has no place in an address", (_, gateways) => {
  expect(() => formatEvidence(run({}, { gateways }))).toThrow("gateways");
});

test.each([
  ["an account's id", "0123456789abcdef".repeat(2)],
  ["a token", "abcdefghij".repeat(4)],
  ["a token with hyphens", "abcdefghi-".repeat(4)],
  ["a second line", "one\ntwo"],
  ["a line of another kind", "one\u2028two"],
  ["text that turns its direction", "a\u202eb"],
])("%s is refused in what was seen, read or written, and not repeated", (_, text) => {
  const seen = `there is ${text} in it`;
  const read = parseEvidence(new Map([["a.json", JSON.stringify(run({ seen }))]]));

  const message =
    "answers[0].seen is no line of 1 to 300 characters without a word of 32 or more; write what was seen, and no id or token";
  expect(read).toEqual({ ok: false, problems: [`a.json: ${message}`] });
  expect(() => formatEvidence(run({ seen }))).toThrow("answers");
});
