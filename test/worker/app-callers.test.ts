/** The whole Worker as one function: who may call, from which pages, and how often. */
import { createHash, createHmac } from "node:crypto";

import { expect, onTestFinished, test, vi } from "vitest";

import { sha256, TOKEN } from "../support/bindings.ts";
import {
  watchLines,
  ask,
  CHAT,
  chat,
  line,
  post,
  ROOMY,
  type Init,
} from "../support/whole-worker.ts";

watchLines();

// Its hash of `web` has bytes below 16, whose first digit is 0.
const KEY = "a".repeat(32);
const SECOND = { authorization: "Bearer token-of-job" };
const HIDDEN = createHmac("sha256", KEY).update("web").digest("hex").slice(0, 24);
test.each<[string, object, Init, string]>([
  ["a bearer token", {}, {}, "web"],
  ["its scheme in another case", {}, { headers: { authorization: `bEARER  ${TOKEN} ` } }, "web"],
  [
    "the password of a browser",
    {},
    { headers: { authorization: `Basic ${btoa(`:${TOKEN}`)}` } },
    "web",
  ],
  ["Anthropic's header", {}, { headers: { authorization: "", "x-api-key": TOKEN } }, "web"],
  [
    "Anthropic's header beside another",
    {},
    { headers: { authorization: "Bearer x", "x-api-key": TOKEN } },
    "web",
  ],
  [
    "no token where the stack is open",
    { ACCESS: "open", CALLERS: "[]" },
    { headers: { authorization: "" } },
    "anonymous",
  ],
  [
    "a page of the stack's",
    { ORIGINS: '["https://a.test"]' },
    { headers: { origin: "https://a.test", "sec-fetch-site": "cross-site" } },
    "web",
  ],
  ["the Worker's own page", {}, { headers: { origin: "https://worker.test" } }, "web"],
  ["its page's script", {}, { headers: { "sec-fetch-site": "same-origin" } }, "web"],
  ["the address bar", {}, { headers: { "sec-fetch-site": "none" } }, "web"],
  ["a hidden name", { CALLER_HASH_KEY: KEY }, {}, HIDDEN],
  ["the second token of the stack's", {}, { headers: SECOND }, "job"],
])("a caller is known by %s", async (_, bindings, init, caller) => {
  expect((await ask("/v1/models", init, bindings)).status).toBe(200);
  expect(line()).toMatchObject({ caller, route: "/v1/models", status: 200 });
});

test.each<[string, Record<string, string>]>([
  ["a token with more after it", { authorization: `Bearer ${TOKEN} x` }],
  ["a token with more before it", { authorization: `x Bearer ${TOKEN}` }],
  ["an empty token", { authorization: "", "x-api-key": "" }],
])("nobody is known by %s", async (_, headers) => {
  const empty = createHash("sha256").update("").digest("hex");
  const CALLERS = JSON.stringify([
    { name: "web", sha256 },
    { name: "nobody", sha256: empty },
  ]);

  expect((await ask("/v1/models", { headers }, { CALLERS })).status).toBe(401);
});

test.each([
  ["2026-11-21", 401],
  ["2026-11-22", 200],
  ["9999-12-31", 200],
])("at the end of 2026-11-22 a token that is good until %s gets %i", async (until, status) => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-22T23:59:59.999Z") });
  onTestFinished(() => void vi.useRealTimers());
  const CALLERS = JSON.stringify([{ name: "web", sha256, until }]);

  expect((await ask("/v1/models", {}, { CALLERS })).status).toBe(status);
});

// What a browser lets a page read anyway, and what protects the answer.
const UNREAD =
  /^(?:content-|cache-control|access-control-|vary$|referrer-policy|strict-|x-content-)/;

test("a page of the stack's may read every header of an answer that is for callers", async () => {
  const page = { headers: { origin: "https://a.test" } };
  const stack = { ...ROOMY, ORIGINS: '["https://a.test"]' };
  const full = { CALLER_LIMIT: { limit: async () => ({ success: false }) } };
  const broke = async () => Response.json({ internalCode: 2021 }, { status: 402 });
  const answers = [
    await ask(CHAT, { ...post(chat({ user: "u" })), ...page }, stack),
    await ask(CHAT, { ...post(chat()), ...page }, { ...stack, ...full }),
    await ask(CHAT, { ...post(chat()), ...page }, stack, broke),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429]);
  const names = answers.flatMap(({ headers }) => [...headers.keys()]);
  for (const { headers } of answers) {
    expect(headers.get("access-control-allow-origin")).toBe("https://a.test");
    expect(new Set(headers.get("access-control-expose-headers")?.split(","))).toEqual(
      new Set(names.filter((name) => !UNREAD.test(name))),
    );
  }
});

test("a browser may ask before it sends what a page of the stack's wants to send", async () => {
  const headers = {
    authorization: "",
    origin: "https://a.test",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,x-stainless-os",
  };
  const ahead = (ORIGINS: string) => ask(CHAT, { method: "OPTIONS", headers }, { ORIGINS });
  const answer = await ahead('["https://a.test"]');

  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "access-control-allow-origin": "https://a.test",
    "access-control-allow-methods": "GET,POST",
    "access-control-allow-headers": "authorization,x-stainless-os",
    "access-control-max-age": "600",
  });
  expect((await ahead("[]")).status).toBe(403);
});

test("another page may read nothing", async () => {
  const page = (origin: string, ORIGINS: string) =>
    ask("/health", { headers: { origin } }, { ORIGINS });

  for (const answer of [
    await page("https://b.test", '["https://a.test"]'),
    await page("https://b.test", "[]"),
    await ask("/health"),
  ]) {
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("a caller over its limit is told to wait", async () => {
  const limit = vi.fn<(options: object) => Promise<object>>(async () => ({ success: false }));
  const answer = await ask("/v1/models", {}, { CALLER_LIMIT: { limit } });

  expect(answer).toMatchObject({
    status: 429,
    body: {
      error: {
        code: "rate_limit_exceeded",
        message: "too many requests of this caller; try again later",
      },
    },
  });
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(limit).toHaveBeenCalledExactlyOnceWith({ key: "web" });
});
