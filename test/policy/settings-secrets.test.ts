/** No message shows a secret of a stack. */
import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { parseSettings } from "../../policy/settings/parse-settings.ts";
import { problemsOf, stackValues } from "../support/settings.ts";

test("a token in place of its hash is refused without being shown", () => {
  const callers = [{ name: "web", sha256: "sk-very-secret-token" }];

  const problems = problemsOf(stackValues("dev", { callers }));

  expect(problems).toEqual([
    "callers[0].sha256 has a value that is not allowed; allowed is 64 hexadecimal characters, lower case, and not the hash of nothing; write the hash of the token and not the token: npm run caller -- add makes both; if this is a token, make a new one",
  ]);
});

test("the hash of nothing lets nobody in, as an empty token would have it", () => {
  const sha256 = createHash("sha256").update("").digest("hex");

  expect(problemsOf(stackValues("dev", { callers: [{ name: "web", sha256 }] }))).toEqual([
    "callers[0].sha256 has a value that is not allowed; allowed is 64 hexadecimal characters, lower case, and not the hash of nothing; write the hash of the token and not the token: npm run caller -- add makes both; if this is a token, make a new one",
  ]);
});

test("copies need a key unless they have no bodies, whatever else is wrong with them", () => {
  const copies = { bucket: "app-logs", keepDays: 30 };
  const missing =
    "logpush.publicKey is missing; set it to an RSA public key of 4096 bits in PEM, as npm run keys makes it";

  expect(problemsOf(stackValues("dev", { logpush: { ...copies, bodies: false } }))).toEqual([]);
  expect(problemsOf(stackValues("dev", { logpush: { ...copies, bodies: true } }))).toEqual([
    missing,
  ]);
  expect(problemsOf(stackValues("dev", { logpush: { bucket: "app-logs", keepDays: 0 } }))).toEqual([
    expect.stringContaining("logpush.keepDays is 0"),
    missing,
  ]);
});

test("a private key is known for what it is wherever it stands, and never shown", () => {
  const pem =
    "-----BEGIN PRIVATE KEY-----\nMIIJRAIBADANBgkqhkiG9w0BAQEFAASCCS4w\n-----END PRIVATE KEY-----\n";
  const advice =
    "; this is a private key, which whoever has the file can use now: delete it, and make a new pair with npm run keys";

  const inPlaceOfKey = problemsOf(
    stackValues("dev", { logpush: { bucket: "app-logs", keepDays: 30, publicKey: pem } }),
  );
  const inPlaceOfName = problemsOf(stackValues("dev", { gatewayId: pem }));

  expect(inPlaceOfKey).toEqual([
    `logpush.publicKey has a value that is not allowed; allowed is an RSA public key of 4096 bits in PEM, as npm run keys makes it${advice}`,
  ]);
  expect(inPlaceOfName).toEqual([
    `gatewayId has a value that is not allowed; allowed is 1 to 64 of a-z, 0-9, _ and single - (https://developers.cloudflare.com/ai-gateway/reference/limits/)${advice}`,
  ]);
});

test("a setting that the stack encrypts is never shown", () => {
  const parsed = parseSettings(
    stackValues("dev", { gatewayId: "Secret!" }),
    new Set(["gatewayId"]),
  );

  expect(JSON.stringify(parsed)).not.toContain("Secret!");
});
