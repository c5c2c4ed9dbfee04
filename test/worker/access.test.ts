import { expect, test } from "vitest";

import { BEHIND_ACCESS, CERTS, sign, signWithPublicKey } from "../support/access-proofs.ts";
import { MODEL_WAYS, GATED, WAYS } from "../support/endpoint-requests.ts";
import { chatBody, errorOf, startWorker, TOKEN } from "../support/workerd.ts";

const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });

test.each([
  ["a bearer token", { authorization: `Bearer ${TOKEN}` }],
  ["a bearer token in any case", { authorization: `bearer ${TOKEN}` }],
  ["a bearer token after more than a space", { authorization: `Bearer   ${TOKEN}` }],
  ["a browser's password, under any name", basic(`anyone:${TOKEN}`)],
  ["Anthropic's header", { "x-api-key": TOKEN }],
  ["either of two headers", { authorization: "Bearer other", "x-api-key": TOKEN }],
  ["the other of them", { authorization: `Bearer ${TOKEN}`, "x-api-key": "other" }],
])("%s opens the Worker", async (_, headers) => {
  const worker = await startWorker();

  expect((await worker.ask("/v1/models", { headers })).status).toBe(200);
});

test.each([
  ["no token", {}],
  ["an unknown token", { authorization: "Bearer other" }],
  ["an empty token", { authorization: "Bearer " }],
  ["the hash in place of its token", { authorization: `Bearer ${"ab".repeat(32)}` }],
  ["a token as the name", basic(`${TOKEN}:`)],
  ["a token with more behind it", { authorization: `Bearer ${TOKEN}x` }],
  ["a token with more behind a space", { authorization: `Bearer ${TOKEN} x` }],
  ["a token with more before it", { authorization: `x Bearer ${TOKEN}` }],
  ["an empty password", basic("anyone:")],
  ["a broken header", { authorization: "Basic %%%" }],
  ["an unknown token in Anthropic's header", { "x-api-key": "other" }],
  ["two unknown tokens", { authorization: "Bearer other", "x-api-key": "another" }],
])("%s is refused with the standard prompts, and nothing is asked", async (_, headers) => {
  const worker = await startWorker();

  const nowhere = { name: "nowhere", path: "/nothing", method: "GET", body: () => null };
  for (const { name, path, method, body } of [...GATED, nowhere]) {
    const response = await worker.ask(path, { headers, method, body: body() });
    expect({ name, status: response.status }).toEqual({ name, status: 401 });
    expect(response.headers.get("www-authenticate")).toBe(
      'Basic realm="token as password", Bearer realm="token"',
    );
    expect(await errorOf(response)).toMatchObject({ code: "invalid_api_key" });
  }
  expect(worker.calls).toEqual([]);
});

test.each([
  ["an empty password", basic("web:")],
  ["no credentials at all", basic(":")],
  ["an empty bearer token", { authorization: "Bearer " }],
  ["an empty x-api-key", { "x-api-key": "" }],
])("%s matches no caller, not even one with the hash of nothing", async (_, headers) => {
  // printf "" | sha256sum
  const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const CALLERS = JSON.stringify([{ name: "web", sha256 }]);
  const worker = await startWorker({ bindings: { CALLERS } });

  const response = await worker.ask("/v1/models", { headers });

  expect(response.status).toBe(401);
  expect(await errorOf(response)).toMatchObject({ code: "invalid_api_key" });
});

test("each caller goes into the log under its own name", async () => {
  const worker = await startWorker();

  await worker.ask("/");
  await worker.ask("/", { headers: { authorization: "Bearer token-of-job" } });

  expect(worker.calls.map((call) => call.body.options)).toMatchObject([
    { gateway: { metadata: { caller: "web" } } },
    { gateway: { metadata: { caller: "job" } } },
  ]);
});

test("of two good tokens the bearer token names the caller", async () => {
  const worker = await startWorker();

  await worker.ask("/", {
    headers: { authorization: `Bearer ${TOKEN}`, "x-api-key": "token-of-job" },
  });

  expect(worker.calls[0]?.body.options).toMatchObject({ gateway: { metadata: { caller: "web" } } });
});

test("an open Worker answers everybody, as anonymous", async () => {
  const worker = await startWorker({ bindings: { ACCESS: "open", CALLERS: "[]" } });

  const response = await worker.ask("/", { headers: {} });

  expect(response.status).toBe(200);
  expect(worker.calls[0]?.body.options).toMatchObject({
    gateway: { metadata: { caller: "anonymous" } },
  });
});

test("no endpoint but health answers without a token", () => {
  const open = WAYS.filter(({ isGated }) => !isGated);

  expect(open.map(({ name }) => name)).toEqual(["GET /health"]);
});

test("health needs no token and asks no model", async () => {
  const worker = await startWorker();

  const response = await worker.ask("/health", { headers: {} });

  expect(await response.json()).toEqual({ status: "ok" });
  expect(worker.calls).toEqual([]);
});

test.each([
  ["another site", { "sec-fetch-site": "cross-site" }],
  ["a sister site", { "sec-fetch-site": "same-site" }],
  ["another site, in a browser without Sec-Fetch-Site", { origin: "https://evil.test" }],
  ["a page without an origin, in such a browser", { origin: "null" }],
  ["a prefetch", { "sec-fetch-site": "none", "sec-purpose": "prefetch" }],
])("%s cannot make a browser spend, by a page or by a form", async (_, headers) => {
  const worker = await startWorker();
  const sent = { authorization: `Bearer ${TOKEN}`, "content-type": "text/plain", ...headers };

  for (const { name, path, method, body } of GATED) {
    const response = await worker.ask(path, { method, headers: sent, body: body() });
    expect({ name, status: response.status }).toEqual({ name, status: 403 });
  }
  expect(worker.calls).toEqual([]);
});

test("the Worker's own page may ask in a browser without Sec-Fetch-Site", async () => {
  const worker = await startWorker();
  const headers = { authorization: `Bearer ${TOKEN}`, origin: worker.url.origin };

  expect((await worker.ask("/v1/models", { headers })).status).toBe(200);
});

test("a look at the headers alone asks no model", async () => {
  const worker = await startWorker();

  for (const { name, path } of MODEL_WAYS.filter(({ method }) => method === "GET")) {
    const { status } = await worker.ask(path, { method: "HEAD" });
    expect({ name, status }).toEqual({ name, status: 200 });
  }
  expect(worker.calls).toEqual([]);
});

test("a browser's own navigation gets the sample answer", async () => {
  const worker = await startWorker();
  const headers = { ...basic(`me:${TOKEN}`), "sec-fetch-site": "none" };

  expect((await worker.ask("/", { headers })).status).toBe(200);
});

const person = { email: "jo@example.com" };
const show = (proof: string) => ({
  method: "POST",
  body: chatBody(),
  headers: { "cf-access-jwt-assertion": proof },
});

test.each([
  ["a proof signed by another key", () => sign(person, { isTheirs: true })],
  ["the public key taken for a shared one", () => signWithPublicKey(person)],
])("behind Access %s is refused by the real runtime too", async (_, makeProof) => {
  const worker = await startWorker({ bindings: BEHIND_ACCESS, fetched: () => ({ body: CERTS }) });

  const response = await worker.ask("/v1/chat/completions", show(await makeProof()));

  expect(response.status).toBe(401);
  expect(worker.calls).toEqual([]);
});

test("a keyed hash stands for the caller in metadata, the line and its limit", async () => {
  const CALLER_HASH_KEY = "ab".repeat(32);
  const bindings = { ...BEHIND_ACCESS, CALLER_HASH_KEY };
  const worker = await startWorker({ bindings, fetched: () => ({ body: CERTS }) });

  await (await worker.ask("/v1/chat/completions", { method: "POST", body: chatBody() })).text();
  await (await worker.ask("/v1/chat/completions", show(await sign(person)))).text();

  // printf web | openssl dgst -sha256 -hmac abab…
  const callers = ["ec86b9f00f92da54552cfcfe", "7a0715de478396eeb6c338fa"];
  expect(worker.calls.map(({ body }) => body.options)).toMatchObject(
    callers.map((caller) => ({ gateway: { metadata: { caller } } })),
  );
  await expect.poll(() => worker.lines).toHaveLength(2);
  expect(worker.lines.join()).not.toContain("jo@example.com");
});
