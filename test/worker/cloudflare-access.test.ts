import {
  SignJWT,
  UnsecuredJWT,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
} from "jose";
import { expect, test } from "vitest";

import { chatBody, startWorker, TOKEN } from "../support/workerd.ts";

const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
const ISSUER = "https://acme.cloudflareaccess.com";
const bindings = { CLOUDFLARE_ACCESS: JSON.stringify({ team: "acme", audience: AUDIENCE }) };

const ours = await generateKeyPair("RS256");
const theirs = await generateKeyPair("RS256");
const certs = {
  keys: [{ ...(await exportJWK(ours.publicKey)), kid: "one", alg: "RS256", use: "sig" }],
};
const fetched = () => ({ body: certs });

test.each([
  [
    "a person is called by the e-mail address",
    { email: "jo@example.com", sub: "web" },
    "jo@example.com",
  ],
  ["a service token by its client id", { common_name: "0a1b.access", sub: "" }, "0a1b.access"],
  [
    "a service token by a client id with the team's domain",
    { common_name: "0a1b.access.example.com", email: "" },
    "0a1b.access.example.com",
  ],
])("%s", async (_, claims, name) => {
  const worker = await startWorker({ bindings, fetched });

  const response = await worker.ask("/v1/chat/completions", ask({ proof: await sign(claims) }));

  expect(response.status).toBe(200);
  expect(worker.calls[0]?.body.options).toMatchObject({ gateway: { metadata: { caller: name } } });
});

// Access and the Worker have clocks of their own.
test.each([
  ["begins", (now: number) => ({ nbf: now + 20, iat: now + 20 })],
  ["ended", (now: number) => ({ exp: now - 20 })],
])("a proof that %s within the leeway passes", async (_, times) => {
  const worker = await startWorker({ bindings, fetched });
  const proof = await sign({ ...person, ...times(Math.floor(Date.now() / 1000)) });

  expect((await worker.ask("/v1/chat/completions", ask({ proof }))).status).toBe(200);
});

test("where Access lets people in, a token still opens the Worker", async () => {
  const worker = await startWorker({ bindings, fetched });

  const headers = { authorization: `Bearer ${TOKEN}` };
  expect((await worker.ask("/v1/models", { headers })).status).toBe(200);
});

const person = { email: "jo@example.com" };

test.each([
  ["no proof", async () => undefined],
  ["text that is no proof", async () => "jo@example.com"],
  ["a proof for another application", () => sign({ ...person, aud: "0".repeat(64) })],
  ["a proof of another team", () => sign({ ...person, iss: "https://other.cloudflareaccess.com" })],
  ["a proof that is over", () => sign({ ...person, exp: 1_700_000_000 })],
  ["a proof without an end", () => sign(person, { hasEnd: false })],
  ["a proof that does not hold yet", () => sign({ ...person, nbf: 4_000_000_000 })],
  ["a proof that begins in a minute", () => sign({ ...person, nbf: claimsNow().exp })],
  ["a proof that ended a minute ago", () => sign({ ...person, exp: claimsNow().iat - 60 })],
  ["a proof of nobody", () => sign({ sub: "web" })],
  ["an address without an @, like a caller's name", () => sign({ email: "web" })],
  ["a common name like a caller's name", () => sign({ common_name: "web" })],
  ["a caller's name beside a client id", () => sign({ email: "web", common_name: "0a.access" })],
  ["a proof signed by another key", () => sign(person, { key: theirs.privateKey })],
  ["a proof of a key that the team does not have", () => sign(person, { kid: "two" })],
  [
    "a proof without a signature",
    async () => new UnsecuredJWT({ ...person, ...claimsNow() }).encode(),
  ],
  ["the public key taken for a shared one", signWithPublicKey],
])("%s is refused, and no model is asked", async (_, makeProof) => {
  const worker = await startWorker({ bindings, fetched });

  const response = await worker.ask("/v1/chat/completions", ask({ proof: await makeProof() }));

  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
  expect(worker.calls).toEqual([]);
});

test.each([[null], [7], ["jo@example.com"], [true], [[]], [[person]]])(
  "a proof whose payload is %j is a wrong caller, and no fault of ours",
  async (payload) => {
    const worker = await startWorker({ bindings, fetched });
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const proof = `${part({ alg: "RS256", kid: "one" })}.${part(payload)}.c2lnbmF0dXJl`;

    const response = await worker.ask("/v1/models", ask({ proof }));

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_api_key" } });
  },
);

test.each([
  ["answers with an error", () => ({ status: 500, body: "sorry" })],
  ["has no keys", () => ({ body: {} })],
])("a team that %s is a fault of ours, not of the caller", async (_, broken) => {
  const worker = await startWorker({ bindings, fetched: broken });

  const response = await worker.ask("/v1/models", ask({ proof: await sign(person) }));

  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ error: { code: "access_unavailable" } });
});

test("without Access in the stack a good proof opens nothing, and no key is fetched", async () => {
  const worker = await startWorker();

  const response = await worker.ask("/v1/models", ask({ proof: await sign(person) }));

  expect(response.status).toBe(401);
});

test("a keyed hash stands for the caller in metadata, the line and its limit", async () => {
  const CALLER_HASH_KEY = "ab".repeat(32);
  const worker = await startWorker({ bindings: { ...bindings, CALLER_HASH_KEY }, fetched });

  await (await worker.ask("/v1/chat/completions", { method: "POST", body: chatBody() })).text();
  await (await worker.ask("/v1/chat/completions", ask({ proof: await sign(person) }))).text();

  // printf web | openssl dgst -sha256 -hmac abab…
  const callers = ["ec86b9f00f92da54552cfcfe", "7a0715de478396eeb6c338fa"];
  expect(worker.calls.map(({ body }) => body.options)).toMatchObject(
    callers.map((caller) => ({ gateway: { metadata: { caller } } })),
  );
  await expect.poll(() => worker.lines).toHaveLength(2);
  expect(worker.lines.join()).not.toContain("jo@example.com");
});

function ask({ proof }: { readonly proof: string | undefined }): RequestInit {
  const headers: Record<string, string> =
    proof === undefined ? {} : { "cf-access-jwt-assertion": proof };
  return { method: "POST", body: chatBody(), headers };
}

function claimsNow(): JWTPayload & { readonly iat: number; readonly exp: number } {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, iat: now, exp: now + 60 };
}

function sign(
  claims: JWTPayload,
  { key = ours.privateKey, kid = "one", hasEnd = true } = {},
): Promise<string> {
  const { exp, ...rest } = { ...claimsNow(), ...claims };
  return new SignJWT({ ...rest, ...(hasEnd && { exp }) })
    .setProtectedHeader({ alg: "RS256", kid })
    .sign(key);
}

/** The old trick: HMAC with what everybody can fetch. */
async function signWithPublicKey(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(ours.publicKey));
  return new SignJWT({ ...claimsNow(), ...person })
    .setProtectedHeader({ alg: "HS256", kid: "one" })
    .sign(secret);
}
