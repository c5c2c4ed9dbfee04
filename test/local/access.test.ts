import { createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";

import { accessCerts, accessProof } from "../../local/access.ts";

test("the local proof holds for the declared team and audience, by the local keys", async () => {
  const application = { team: "acme", audience: "a1".repeat(32) };
  const text = JSON.stringify(application);

  const proof = await accessProof({
    bindings: [{ type: "plain_text", name: "CLOUDFLARE_ACCESS", text }],
  });
  const keys = createLocalJWKSet(await accessCerts());

  const { payload } = await jwtVerify(proof ?? "", keys, {
    issuer: "https://acme.cloudflareaccess.com",
    audience: application.audience,
    algorithms: ["RS256"],
  });
  expect(payload).toMatchObject({ common_name: "local.access", exp: expect.any(Number) });
});

test("a Worker without Access has no proof", async () => {
  expect(await accessProof({ bindings: [] })).toBeUndefined();
});
