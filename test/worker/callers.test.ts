import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { GATED, WAYS } from "../support/endpoint-requests.ts";
import { chatBody, errorOf, startWorker, TOKEN } from "../support/workerd.ts";

const sha256 = (token: string) => createHash("sha256").update(token).digest("hex");
const day = (offset: number) =>
  new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

test("a token is refused after its last day, and good before, beside a newer one of the same caller", async () => {
  const callers = [
    { name: "web", sha256: sha256("old"), until: day(-1) },
    { name: "web", sha256: sha256("current"), until: day(1) },
    { name: "web", sha256: sha256("new") },
  ];
  const worker = await startWorker({ bindings: { CALLERS: JSON.stringify(callers) } });
  const statusOf = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await worker.ask("/v1/models", { headers })).status;
  };

  expect([await statusOf("old"), await statusOf("current"), await statusOf("new")]).toEqual([
    401, 200, 200,
  ]);
});

test("a caller over its limit is refused before any model is asked, and no other caller is", async () => {
  const worker = await startWorker({
    callerLimit: 2,
    bindings: { CALLER_PERIOD_SECONDS: "10" },
  });
  const other = { authorization: "Bearer token-of-job" };

  const statuses = [];
  for (let count = 0; count < 3; count++) statuses.push((await worker.ask("/v1/models")).status);

  expect(statuses).toEqual([200, 200, 429]);
  for (const { name, path, method, body } of GATED) {
    const refused = await worker.ask(path, { method, body: body() });
    expect({ name, ...(await errorOf(refused)) }).toMatchObject({
      name,
      code: "rate_limit_exceeded",
      type: "rate_limit_error",
    });
    expect(refused.headers.get("retry-after")).toBe("10");
  }
  expect(worker.calls).toEqual([]);
  expect((await worker.ask("/v1/models", { headers: other })).status).toBe(200);
});

const PAGE = "https://app.example.com";
const ORIGINS = { ORIGINS: JSON.stringify([PAGE]) };

test("a script of the stack's own page may ask, and read the answer and its ids", async () => {
  const worker = await startWorker({ bindings: ORIGINS });

  const preflight = await worker.ask("/v1/chat/completions", {
    method: "OPTIONS",
    headers: {
      origin: PAGE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,user-agent,x-stainless-os",
    },
  });
  const answer = await worker.ask("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, origin: PAGE, "sec-fetch-site": "cross-site" },
    body: chatBody(),
  });

  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(PAGE);
  expect(preflight.headers.get("access-control-allow-headers")).toBe(
    "authorization,content-type,user-agent,x-stainless-os",
  );
  const methods = preflight.headers.get("access-control-allow-methods")?.split(",");
  expect(new Set(methods)).toEqual(new Set(WAYS.map(({ method }) => method)));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("access-control-allow-origin")).toBe(PAGE);
  for (const name of ["x-log-id", "x-request-id", "request-id", "x-should-retry", "retry-after"]) {
    expect(answer.headers.get("access-control-expose-headers")?.split(",")).toContain(name);
  }
  expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
});

test("the stack's own page may ask in a browser without Sec-Fetch-Site", async () => {
  const worker = await startWorker({ bindings: ORIGINS });
  const headers = { authorization: `Bearer ${TOKEN}`, origin: PAGE };

  expect((await worker.ask("/v1/models", { headers })).status).toBe(200);
});

test.each([
  ["another page", ORIGINS, "https://app.example.com.evil.test"],
  ["a page, where the stack names none,", {}, PAGE],
])("%s is refused, and told nothing that a script could read", async (_, bindings, origin) => {
  const worker = await startWorker({ bindings });

  const answer = await worker.ask("/v1/chat/completions", {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, origin, "sec-fetch-site": "cross-site" },
    body: chatBody(),
  });

  expect(answer.status).toBe(403);
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  expect(worker.calls).toEqual([]);
});
