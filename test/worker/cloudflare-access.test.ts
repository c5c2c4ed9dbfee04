/** Who Cloudflare Access lets in, by a proof and the team's keys, which the test publishes. */
import { UnsecuredJWT } from "jose";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { sha256, TOKEN } from "../support/bindings.ts";
import {
  BEHIND_ACCESS,
  CERTS,
  CERTS_URL,
  claimsNow,
  sign,
  signWithPublicKey,
} from "../support/access-proofs.ts";
import { ask, line, watchLines } from "../support/whole-worker.ts";

watchLines();
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 1_764_374_400_000 }));
afterEach(() => void vi.useRealTimers());

const person = { email: "jo@example.com" };
const NOW = 1_764_374_400;

interface Scene {
  readonly headers?: Readonly<Record<string, string>>;
  readonly bindings?: object;
  readonly publish?: () => Promise<Response>;
}

/** Shows a proof to a Worker behind Access; returns its answer, and how it fetched keys. */
async function show(proof: string | undefined, scene: Scene = {}) {
  const { headers, bindings = BEHIND_ACCESS, publish = async () => Response.json(CERTS) } = scene;
  const fetched = vi.fn<(url: string, init: object) => Promise<Response>>(publish);
  vi.stubGlobal("fetch", fetched);
  const proofs = proof === undefined ? {} : { "cf-access-jwt-assertion": proof };
  const init = { headers: { authorization: "", ...proofs, ...headers } };
  return { ...(await ask("/v1/models", init, bindings)), fetched };
}

test.each([
  ["a person by the e-mail address", { ...person, sub: "web" }, "jo@example.com"],
  ["a service token by its client id", { common_name: "0a1b.access", sub: "" }, "0a1b.access"],
  [
    "a service token by a client id with the team's domain",
    { common_name: "0a1b.access.example.com", email: "" },
    "0a1b.access.example.com",
  ],
  // Access and the Worker have clocks of their own.
  ["who comes 30 seconds early", { ...person, nbf: NOW + 30, iat: NOW + 30 }, "jo@example.com"],
  ["who comes 29 seconds late", { ...person, exp: NOW - 29 }, "jo@example.com"],
])("Access lets in %s, by keys that are kept for five minutes", async (_, claims, caller) => {
  const { status, fetched } = await show(await sign(claims));

  expect(status).toBe(200);
  expect(line()).toMatchObject({ caller });
  expect(fetched).toHaveBeenCalledExactlyOnceWith(CERTS_URL, {
    cf: { cacheEverything: true, cacheTtl: 300 },
  });
});

test.each<[string, () => Promise<string | undefined>]>([
  ["no proof", async () => undefined],
  ["text that is no proof", async () => "jo@example.com"],
  ["a proof that is over", () => sign({ ...person, exp: NOW - 30 })],
  ["a proof without an end", () => sign(person, { hasEnd: false })],
  ["a proof that does not hold yet", () => sign({ ...person, nbf: NOW + 31 })],
  ["a proof of nobody", () => sign({ sub: "web" })],
  ["an address without an @, like a caller's name", () => sign({ email: "web" })],
  ["an address with two", () => sign({ email: "jo@web@example.com" })],
  ["more before an address", () => sign({ email: "web jo@example.com" })],
  ["more behind an address", () => sign({ email: "jo@example.com web" })],
  ["a common name like a caller's name", () => sign({ common_name: "web" })],
  ["a common name that is no client id", () => sign({ common_name: "web.access" })],
  ["more behind a client id", () => sign({ common_name: "0a.access.example.com/web" })],
  ["a caller's name beside a client id", () => sign({ email: "web", common_name: "0a.access" })],
  ...[null, 7, "jo@example.com", true, [], [person]].map(
    (payload): [string, () => Promise<string>] => [
      `a payload of ${JSON.stringify(payload)}`,
      async () => withPayload(payload),
    ],
  ),
])("%s is refused, and no key is fetched", async (_, makeProof) => {
  const { status, body, fetched } = await show(await makeProof());

  expect(status).toBe(401);
  expect(body).toMatchObject({ error: { code: "invalid_api_key" } });
  expect(fetched).not.toHaveBeenCalled();
});

test.each([
  ["a proof for another application", () => sign({ ...person, aud: "0".repeat(64) })],
  ["a proof of another team", () => sign({ ...person, iss: "https://other.cloudflareaccess.com" })],
  ["a proof signed by another key", () => sign(person, { isTheirs: true })],
  ["a proof of a key that the team does not have", () => sign(person, { kid: "two" })],
  [
    "a proof without a signature",
    async () => new UnsecuredJWT({ ...person, ...claimsNow() }).encode(),
  ],
  ["the public key taken for a shared one", () => signWithPublicKey(person)],
])("%s is refused", async (_, makeProof) => {
  const { status, body } = await show(await makeProof());

  expect(status).toBe(401);
  expect(body).toMatchObject({ error: { code: "invalid_api_key" } });
});

function withPayload(payload: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", kid: "one" })}.${part(payload)}.c2lnbmF0dXJl`;
}

test.each([
  ["answers with an error", async () => new Response("sorry", { status: 500 })],
  ["has no keys", async () => Response.json({})],
  ["cannot be reached", async () => Promise.reject(new TypeError("no route"))],
])("a team that %s is a fault of ours, not of the caller", async (_, publish) => {
  const { status, body } = await show(await sign(person), { publish });

  expect(status).toBe(503);
  expect(body).toMatchObject({
    error: {
      code: "access_unavailable",
      message: "the keys of Cloudflare Access cannot be had right now; try again later",
    },
  });
});

test("where Access lets people in, a token names its holder, and no key is fetched", async () => {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const { status, fetched } = await show(await sign(person), { headers });

  expect(status).toBe(200);
  expect(line()).toMatchObject({ caller: "web" });
  expect(fetched).not.toHaveBeenCalled();
});

test("without Access in the stack a good proof opens nothing, and no key is fetched", async () => {
  const { status, fetched } = await show(await sign(person), { bindings: {} });

  expect(status).toBe(401);
  expect(fetched).not.toHaveBeenCalled();
});

test("whom Access lets in has every model, and the limit of those without one of their own", async () => {
  const limit = vi.fn<(options: object) => Promise<object>>(async () => ({ success: true }));
  const CALLERS = JSON.stringify([{ name: "web", sha256, models: ["openai/b"] }]);
  const bindings = { ...BEHIND_ACCESS, CALLERS, CALLER_LIMIT: { limit } };
  const { body } = await show(await sign(person), { bindings });

  expect(body).toMatchObject({ data: [{ id: "@cf/a/a" }, { id: "openai/b" }] });
  expect(limit).toHaveBeenCalledExactlyOnceWith({ key: "jo@example.com" });
});
